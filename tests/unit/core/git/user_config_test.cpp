#include "core/git/user_config.hpp"

#include "tests/catch.hpp"
#include "tests/unit/core/git/test_repository.hpp"

using namespace pkgkiln;
using namespace pkgkiln::git;
using namespace std::string_literals;

TEST_CASE("only keys about reaching a server pass") {
  for (const auto* key : {"http.proxy", "http.https://x.example.com/.sslcainfo", "http.extraheader",
                          "credential.helper", "credential.https://x.username", "core.sshcommand",
                          "core.gitproxy", "ssh.variant", "url.git@x:.insteadof", "safe.directory"})
    CHECK(is_transport_key(key));
  for (const auto* key :
       {"alias.fetch", "core.hookspath", "core.fsmonitor", "core.pager", "core.askpass",
        "core.attributesfile", "filter.x.smudge", "protocol.ext.allow", "protocol.allow",
        "remote.origin.url", "url.git@x:.pushinsteadof", "uploadpack.packobjectshook",
        "safe.barerepository", "include.path", "fetch.fsckobjects", "gc.auto", "httpx.proxy"})
    CHECK_FALSE(is_transport_key(key));
}

TEST_CASE("a listing gives keys in their order, values with line breaks whole") {
  const auto listing =
      "user.name\nme\0http.proxy\nhttp://p:1\0credential.helper\n\0http.sslverify\0"
      "credential.helper\n!f() {\necho x; }\0"s;
  CHECK(transport_config(listing) == Config{{"http.proxy", "http://p:1"},
                                            {"credential.helper", ""},
                                            {"http.sslverify", "true"},
                                            {"credential.helper", "!f() {\necho x; }"}});
  CHECK(transport_config("").empty());
}

TEST_CASE("the user's configuration is read, that of the current directory is not") {
  const TempDir home;
  test::write(home.path() / ".gitconfig",
              "[http]\n proxy = http://mine\n[alias]\n fetch = !false\n");
  const test::ScopedVariable set_home("HOME", home.path().string());
  const test::ScopedVariable set_global("GIT_CONFIG_GLOBAL", (home.path() / ".gitconfig").string());
  const test::ScopedVariable no_system("GIT_CONFIG_NOSYSTEM", "1");
  const test::TestRepository here(home.path() / "here");
  here.run({"config", "core.sshCommand", "false"});
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(here.path());
  const auto config = user_transport_config(Cancellation::never());
  std::filesystem::current_path(before);
  CHECK(config == Config{{"http.proxy", "http://mine"}});
}
