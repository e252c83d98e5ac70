#include "core/base/secret.hpp"

#include <sstream>

#include "tests/catch.hpp"

using pkgkiln::displayable_url;
using pkgkiln::Secret;

TEST_CASE("a secret formats as stars whatever it is") {
  std::ostringstream shown;
  shown << Secret("hunter2") << ' ' << Secret();
  CHECK(shown.str() == "***** *****");
  CHECK(Secret("hunter2").reveal() == "hunter2");
  CHECK(Secret().empty());
  CHECK(Secret("a") == Secret("a"));
  CHECK_FALSE(Secret("a") == Secret("b"));
}

TEST_CASE("a URL is shown without what may be secret in it") {
  struct Case {
    std::string url, shown;
  };
  const auto c = GENERATE(values<Case>({
      {"https://example.org/a.git", "https://example.org/a.git"},
      {"https://user:pass@example.org/a", "https://***@example.org/a"},
      {"https://token@example.org", "https://***@example.org"},
      {"https://a:b@c@example.org/", "https://***@example.org/"},
      {"https://user:pa?ss@example.org/a", "https://***@example.org/a"},
      {"https://user:pa/ss@example.org/a", "https://***@example.org/a"},
      {"https://user:pa#ss@example.org/a", "https://***@example.org/a"},
      {"https://example.org/@scope/name", "https://example.org/@scope/name"},
      {"https://example.org:8080/a@b", "https://example.org:8080/a@b"},
      {"https://example.org/a?key=value&b=c=d", "https://example.org/a?key=***&b=***"},
      {"https://example.org/a?secret", "https://example.org/a?***"},
      {"https://example.org/a?x=y#branch=main", "https://example.org/a?x=***#branch=main"},
      {"https://example.org/a#branch=main", "https://example.org/a#branch=main"},
      {"git@example.org:a/b.git", "git@example.org:a/b.git"},
      {"file:///srv/a b", "file:///srv/a b"},
      {"https://[::1]/a@b", "https://[::1]/a@b"},
      {"https://example.org/?", "https://example.org/?"},
      {"https://example.org/a#b?c=d", "https://example.org/a#b?c=d"},
      {"https:/user:pass@example.org/a", "***@example.org/a"},
      {"://user:pass@example.org/a", "***@example.org/a"},
      {"user:p@ss@example.org:a", "***@example.org:a"},
      {"git@example.org:a@b", "git@example.org:a@b"},
      {"/srv/a:b@c", "/srv/a:b@c"},
      {"u:pass@x://host:port", "***@x://host:port"},
      {"", ""},
  }));
  CHECK(displayable_url(c.url) == c.shown);
}

TEST_CASE("passwords of URLs are starred in text, however it comes") {
  const std::map<std::string, std::string> variables{{"http_proxy", "http://u:pass@e.org:1"},
                                                     {"https_proxy", "v:word@e.org"},
                                                     {"no_proxy", "e.org"}};
  const std::string text = "a u:pass@e.org v:word u:pas u:u:pass\nu:p";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    pkgkiln::PasswordMask mask(variables);
    std::string shown;
    for (std::size_t i = 0; i < text.size(); i += piece)
      shown += mask.pass(std::string_view(text).substr(i, piece));
    shown += mask.rest();
    CHECK(shown == "a ***@e.org *** u:pas u:***\nu:p");
  }
  const std::map<std::string, std::string> harmless{{"no_proxy", "e.org"}};
  pkgkiln::PasswordMask nothing(harmless);
  CHECK(nothing.pass("u:pass") == "u:pass");
}
