#pragma once

#include <string>

#include "core/git/ask/remotes.hpp"
#include "tests/unit/core/git/ask/smart_server.hpp"
#include "tests/unit/core/git/test_repository.hpp"

namespace pkgkiln::test {

/// Retries temporary failures, but not for long.
inline const git::Politeness kHasty{
    8,
    std::chrono::seconds(30),
    {std::chrono::seconds(20), std::chrono::milliseconds(5), std::chrono::milliseconds(10), 3}};

/// The requests that ask HttpRepository for its refs.
inline const std::string kGet = "GET /a.git/info/refs";
inline const std::string kPost = "POST /a.git/git-upload-pack";

/// A user without any configuration for git.
struct PlainUser {
  ScopedVariable global{"GIT_CONFIG_GLOBAL", "/dev/null"};
  ScopedVariable system{"GIT_CONFIG_NOSYSTEM", "1"};
};

/// A repository "/a.git" on a server that speaks Git's smart HTTP.
struct HttpRepository {
  explicit HttpRepository(SmartServer::Intercept intercept = {})
      : server(dir.path() / "www", std::move(intercept)) {
    work.commit({{"PKGBUILD", "1"}});
    work.run({"branch", "old/one"});
    commit = work.commit({{"PKGBUILD", "2"}});
    publish();
  }

  /// Copies all refs of the work tree to the server.
  void publish(const std::string& name = "a.git") const {
    const auto bare = (dir.path() / "www" / name).string();
    std::filesystem::remove_all(bare);
    test::git(dir.path(), {"clone", "--quiet", "--mirror", work.url(), bare});
  }

  std::string url() const { return server.url("/a.git"); }

  PlainUser user;
  TempDir dir;
  TestRepository work{dir.path() / "work"};
  std::string commit;
  SmartServer server;
  git::Remotes remotes{kHasty};  // goes first, and with it the connections
};

}  // namespace pkgkiln::test
