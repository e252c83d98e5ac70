#include "core/targets/target_checks.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("URLs that Git may be given") {
  std::string url =
      GENERATE(as<std::string>(), "https://example.com/a.git", "http://e.org/a",
               "https://jane:pw@e.org:8443/a?x=1", "ssh://git@e.org:22/a", "git://e.org/a",
               "file:///srv/a.git", "/srv/git/a.git", "git@e.org:a/b.git", "git@e.org:/srv/a",
               "https://[2001:db8::1]/a", "/srv/my packages");
  CAPTURE(url);
  CHECK(check_target_url(url).empty());
}

TEST_CASE("URLs that Git may not be given") {
  const auto [given, expected] = GENERATE(table<std::string, std::string>({
      {"", "an https, http"},
      {"--upload-pack=x", "does not begin with \"-\""},
      {"https://e.org/a b", "without white space"},
      {"https://e.org/a\n", "without white space"},
      {"/srv/a\x7f", "a path of one line"},
      {"ext::sh", "(\"ext::\" is refused)"},
      {"foo::https://e.org/a", "(\"foo::\" is refused)"},
      {"ftp://e.org/a", "an https, http"},
      {"HTTPS://e.org/a", "an https, http"},
      {"https:///a", "an https, http"},
      {"https:/e.org/a", "an https, http"},
      {"ssh://-oProxyCommand=x/a", "an https, http"},
      {"ssh://-x@e.org/a", "an https, http"},
      {"ssh://a@-oProxyCommand=x/a", "an https, http"},
      {"a@-oProxyCommand=x:b", "an https, http"},
      {"-a@e.org:b", "does not begin"},
      {"git@e.org:", "an https, http"},
      {"git@e.org:-x", "an https, http"},
      {"e.org:a", "an https, http"},
      {"../a.git", "an https, http"},
      {"a", "an https, http"},
      {"file://host/a", "an https, http"},
      {"file:///", "an https, http"},
  }));
  std::string url = given;
  CAPTURE(url);
  CHECK_THAT(check_target_url(url), ContainsSubstring(expected));
}

TEST_CASE("branches follow Git's rules") {
  std::string good = GENERATE(as<std::string>(), "main", "release/1.0", "a@b", "ä", "x.lock.y");
  CHECK(check_branch(good).empty());
  std::string bad = GENERATE(as<std::string>(), "", "-b", "a b", "a..b", "a~1", "a^", "a:b", "a?",
                             "a*", "[a", "a\\b", "/a", "a/", "a//b", ".a", "a/.b", "a.", "a.lock",
                             "a.lock/b", "a@{1}", "@", "HEAD", "a\tb", "a\x7f");
  CAPTURE(bad);
  CHECK(check_branch(bad) == "a branch name");
}

TEST_CASE("directories stay inside the repository and lose what is superfluous") {
  const auto [given, normal] = GENERATE(table<std::string, std::string>({
      {"a", "a"},
      {"a/b", "a/b"},
      {"./a//b/", "a/b"},
      {".", ""},
      {"a/./b", "a/b"},
      {"..a", "..a"},
  }));
  std::string text = given;
  CHECK(check_directory(text).empty());
  CHECK(text == normal);
  std::string bad = GENERATE(as<std::string>(), "/a", "..", "a/..", "a/../b", "../a", "a\nb");
  CAPTURE(bad);
  CHECK_FALSE(check_directory(bad).empty());
}

TEST_CASE("repositories are called as pacman can call them") {
  std::string good = GENERATE(as<std::string>(), "pkgkiln", "api", "A.b@c_d+e-f", "0");
  CHECK(check_repository_name(good).empty());
  std::string bad = GENERATE(as<std::string>(), "", "-a", ".a", "a b", "a/b", "ä", "a]");
  CHECK(check_repository_name(bad) ==
        "a name of letters, digits and @._+- that does not begin with . or -");
  std::string kept = GENERATE(as<std::string>(), "local", "options");
  CHECK(check_repository_name(kept) == "another name (pacman keeps \"" + kept + "\" for itself)");
}
