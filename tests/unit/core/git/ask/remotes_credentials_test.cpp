#include "core/git/ask/remotes.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/http_repository.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;
using Requests = std::vector<std::string>;

namespace {

/// Wants me:s:@/t.
std::optional<std::string> door(const std::string& head) {
  if (head.find("Authorization: Basic bWU6czpAL3Q=\r\n") != std::string::npos) return std::nullopt;
  return scripted::answer(401, "who are you", "WWW-Authenticate: Basic realm=\"x\"\r\n");
}

std::string with_user(const std::string& url, const std::string& user) {
  return url.substr(0, 7) + user + "@" + url.substr(7);
}

}  // namespace

TEST_CASE("the password of a URL goes to its server, decoded") {
  HttpRepository remote(door);
  const auto url = with_user(remote.url(), "me:s:%40%2Ft");
  CHECK(remote.remotes.ask_tip(url, "", kNever).commit == remote.commit);
  CHECK(remote.server.requests() == Requests{kPost});
}

TEST_CASE("credentials that a server doesn't take are no secret's end") {
  HttpRepository remote(door);
  const auto user = GENERATE(as<std::string>{}, "", "me:wrong-one", "tokenlike");
  const auto url = user.empty() ? remote.url() : with_user(remote.url(), user);
  CHECK_THROWS_WITH(remote.remotes.ask_tip(url, "", kNever),
                    ContainsSubstring("wants credentials") && !ContainsSubstring("wrong-one") &&
                        !ContainsSubstring("tokenlike"));
}

TEST_CASE("where a server wants credentials the user's helper is asked, by the git program") {
  HttpRepository remote(door);
  const auto config = remote.dir.path() / "config";
  write(config, "[credential]\n\thelper = \"!printf 'username=me\\\\npassword=s:@/t\\\\n' #\"\n");
  const ScopedVariable global("GIT_CONFIG_GLOBAL", config.string());
  CHECK(remote.remotes.ask_tip(remote.url(), "", kNever).commit == remote.commit);
  const auto requests = remote.server.requests();
  REQUIRE(requests.size() > 2);
  CHECK(requests[0] == kPost);
  CHECK(requests[1] == kGet);
  CHECK(requests[2] == kGet + " (git)");
}

TEST_CASE("a redirect is followed, with the URL's password only on its own host") {
  std::string to;
  HttpRepository other(door);
  HttpRepository remote([&](const std::string& head) -> std::optional<std::string> {
    if (head.find(" /a.git/") != std::string::npos)
      return scripted::answer(301, "",
                              "Location: " + to + "/info/refs?service=git-upload-pack\r\n");
    return door(head);
  });
  remote.publish("b.git");
  const auto url = with_user(remote.url(), "me:s:%40%2Ft");
  to = remote.server.url("/b.git");
  CHECK(remote.remotes.ask_tip(url, "", kNever).commit == remote.commit);
  CHECK(remote.server.requests() ==
        Requests{kPost, kGet, "GET /b.git/info/refs", "POST /b.git/git-upload-pack"});
  to = other.url();
  CHECK_THROWS_WITH(remote.remotes.ask_tip(url, "", kNever),
                    ContainsSubstring("wants credentials"));
  CHECK(other.server.requests().at(0) == kPost);
}

TEST_CASE("servers that lead in a circle are left to the git program, which gives up") {
  HttpRepository* self = nullptr;
  HttpRepository remote([&](const std::string&) -> std::optional<std::string> {
    return scripted::answer(302, "",
                            "Location: " + self->url() + "/info/refs?service=git-upload-pack\r\n");
  });
  self = &remote;
  CHECK_THROWS_WITH(remote.remotes.ask_tip(remote.url(), "", kNever),
                    ContainsSubstring("cannot ask"));
}
