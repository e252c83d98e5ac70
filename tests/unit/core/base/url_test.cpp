#include "core/base/url.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("a URL is taken apart, whatever it looks like") {
  struct Case {
    std::string text;
    std::vector<std::string> parts;  // scheme, user, host, path, query, fragment
  };
  const auto c = GENERATE(values<Case>({
      {"https://me:pw@example.com:81/a@b?c=d#e?f",
       {"https://", "me:pw@", "example.com:81", "/a@b", "?c=d", "#e?f"}},
      {"http://a@b@c", {"http://", "a@b@", "c", "", "", ""}},
      {"http://[::1]:80?x@y", {"http://", "", "[::1]:80", "", "?x@y", ""}},
      {"file:///srv/a b", {"file://", "", "", "/srv/a b", "", ""}},
      {"git@example.com:a/b#c", {"", "", "", "git@example.com:a/b", "", "#c"}},
      {"no scheme://a", {"", "", "", "no scheme://a", "", ""}},
      {"://a", {"", "", "", "://a", "", ""}},
      {"https:/a", {"", "", "", "https:/a", "", ""}},
      {"a", {"", "", "", "a", "", ""}},
      {"", {"", "", "", "", "", ""}},
  }));
  const Url url(c.text);
  std::vector<std::string> parts;
  for (const auto part : {url.scheme, url.user, url.host, url.path, url.query, url.fragment})
    parts.emplace_back(part);
  CHECK(parts == c.parts);
}

TEST_CASE("a host has a name, and maybe a port") {
  CHECK(Url("http://example.com").host_name() == "example.com");
  CHECK(Url("http://example.com:81/").host_name() == "example.com");
  CHECK(Url("http://[::1]:81/").host_name() == "[::1]");
  CHECK(Url("http://[::1]/").host_name() == "[::1]");
  for (const auto* good : {"a", "http://a", "http://a:", "http://a:81", "http://[::1]", "x:y"})
    CHECK(Url(good).has_possible_port());
  for (const auto* bad : {"http://me:pw", "http://a:8x", "http://[::1]:x"})
    CHECK_FALSE(Url(bad).has_possible_port());
}

TEST_CASE("what is percent-encoded is decoded, or not at all") {
  CHECK(percent_decoded("a%20b%2Fc%2f") == "a b/c/");
  CHECK(percent_decoded("") == "");
  for (const auto* bad : {"%", "%2", "%zz", "a%00", "%0A", "% 2"})
    CHECK_FALSE(percent_decoded(bad));
}
