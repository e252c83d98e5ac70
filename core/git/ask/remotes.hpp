#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "core/base/cancellation.hpp"
#include "core/git/ask/host.hpp"
#include "core/git/git.hpp"
#include "core/git/user_config.hpp"

namespace pkgkiln::git {

/// Asks remotes what their refs name, as many of them as a run has. Thread-safe.
///
/// http(s) remotes are asked in-process over connections that are kept, unless the user's
/// configuration for git or the server's answers call for the git program. Only so many questions
/// at once go to one host; more wait for their turn. A host that asks to be left alone is, for up
/// to a minute. The user's configuration is read once.
class Remotes {
 public:
  explicit Remotes(const Politeness& politeness = {}) : hosts_(politeness) {}

  /// Which questions go to the same host: a name for it. "" for a URL that may not be asked.
  static std::string host_of(const std::string& url);
  /// How many at once that host bears.
  std::size_t at_once_of(const std::string& host) const {
    return hosts_.politeness().at_once_of(host);
  }

  /// What `branch` (empty: HEAD) is now, without fetching anything. Throws Error with what to do:
  /// no such branch (named with those there are), no such repository, no access, host not reached.
  /// Never asks at the terminal. `url` may not begin with '-'; ext:: and other remote helpers that
  /// run commands are refused.
  Tip ask_tip(const std::string& url, const std::string& branch, const Cancellation& cancel);

  /// The commit that a ref ("HEAD", "refs/heads/main", "refs/tags/v1") of a PKGBUILD's source
  /// names; of an annotated tag the commit that it leads to. The URL is hostile: only http, https
  /// and git are asked, and with nobody's credentials. Throws Error when there is no such ref, or
  /// it can't be told.
  std::string ask_source(const std::string& url, const std::string& ref,
                         const Cancellation& cancel);

  /// Whether a branch or a tag of such a source, or what an annotated tag leads to, is at that
  /// commit. False for what isn't a commit's full id. Throws Error where it can't be told.
  bool names_commit(const std::string& url, const std::string& commit, const Cancellation& cancel);

  /// That of user_transport_config(), read when it is first wanted.
  const Config& user_config(const Cancellation& cancel);

 private:
  Hosts hosts_;
  std::mutex mutex_;
  std::optional<Config> config_;
};

}  // namespace pkgkiln::git
