#include "core/git/remote_url.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::git;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a URL that may be asked is left as it is") {
  const std::string url =
      GENERATE("https://example.com/a.git", "http://[::1]:8080/a", "ssh://git@example.com:22/a",
               "git@example.com:group/a.git", "git://example.com/a", "file:///srv/a b", "/srv/a",
               "https://example.com/a?x=1#y");
  CHECK(parse_remote_url(url).location == url);
  CHECK(parse_remote_url(url).password.empty());
}

TEST_CASE("credentials in an http URL are taken out of it and decoded") {
  const auto remote = parse_remote_url("https://me%40x:p%2Fw:d@example.com:8443/a@b.git");
  CHECK(remote.location == "https://example.com:8443/a@b.git");
  CHECK(remote.origin == "https://example.com:8443");
  CHECK(remote.user == "me@x");
  CHECK(remote.password == "p/w:d");
}

TEST_CASE("a URL that could run something or hide something is refused") {
  const std::string url =
      GENERATE("", "-uexample.com", "--upload-pack=x", "ext::sh -c id", "fd::17", "foo::bar",
               "ftp://example.com/a", "ext://x", "https://example.com/a\nb", "a\x1b[2J",
               "https://u:%0a@example.com/", "https://u:%zz@example.com/", "https://u:p%2@x/");
  CHECK_THROWS_AS(parse_remote_url(url), Error);
}

TEST_CASE("a refused URL is shown without its password and without control characters") {
  CHECK_THROWS_WITH(parse_remote_url("ssh://git:hunter2@example.com/a"),
                    !ContainsSubstring("hunter2"));
  CHECK_THROWS_WITH(parse_remote_url("https://u:hun/ter2@example.com/a"),
                    !ContainsSubstring("ter2") && ContainsSubstring("%2F"));
  CHECK_THROWS_WITH(parse_remote_url("https://example.com/\x1b[2J"), !ContainsSubstring("\x1b"));
}

TEST_CASE("names of branches follow git's rules") {
  for (const auto* good : {"main", "feature/x", "v1.0", "a@b", "ünïcode"})
    CHECK(is_branch_name(good));
  for (const auto* bad :
       {"",   "-x", "/x", "x/",   "x.", ".x",   "a..b", "a b",  "a~",     "a^",       "a:b",
        "a?", "a*", "a[", "a\\b", "@",  "a@{b", "a//b", "a/.b", "x.lock", "x.lock/y", "a\nb"})
    CHECK_FALSE(is_branch_name(bad));
}

TEST_CASE("names of objects are 40 or 64 hex digits") {
  CHECK(is_object_id(std::string(40, 'a')));
  CHECK(is_object_id(std::string(64, '0')));
  CHECK_FALSE(is_object_id(std::string(41, 'a')));
  CHECK_FALSE(is_object_id(std::string(40, 'A')));
  CHECK_FALSE(is_object_id("--output=/etc/passwd"));
}
