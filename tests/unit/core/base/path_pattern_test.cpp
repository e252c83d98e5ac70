#include "core/base/path_pattern.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln;

namespace {

bool matches(const char* pattern, const char* path) {
  return PathPattern(pattern).matches(path);
}
bool reaches(const char* pattern, const char* directory) {
  return PathPattern(pattern).reaches_below(directory);
}

}  // namespace

TEST_CASE("a star stands for what is in one name, and no dot at its beginning") {
  CHECK(matches("*", "hello"));
  CHECK(matches("*", "mein päckchen"));
  CHECK(matches("packages/*", "packages/hello"));
  CHECK(matches("lib32-*", "lib32-"));
  CHECK(matches("*-git", "a-git-git"));
  CHECK(matches("a*b*c", "aXbXbc"));
  CHECK(matches("a?c", "abc"));
  CHECK(matches(".*", ".hidden"));
  CHECK_FALSE(matches("*", ""));
  CHECK_FALSE(matches("*", "packages/hello"));
  CHECK_FALSE(matches("packages/*", "packages"));
  CHECK_FALSE(matches("*", ".hidden"));
  CHECK_FALSE(matches("?hidden", ".hidden"));
  CHECK_FALSE(matches("a*b*c", "abcX"));
  CHECK_FALSE(matches("a?c", "ac"));
  CHECK_FALSE(matches("*-git", "a-gi"));
}

TEST_CASE("two stars stand for any directories") {
  CHECK(matches("**", ""));
  CHECK(matches("**", "a"));
  CHECK(matches("**", "a/b/c"));
  CHECK(matches("**/x", "x"));
  CHECK(matches("**/x", "a/b/x"));
  CHECK(matches("a/**/x", "a/x"));
  CHECK(matches("a/**/b/**", "a/b/b/c"));
  CHECK_FALSE(matches("a/**", "b"));
  CHECK_FALSE(matches("**", ".git/x"));
  CHECK_FALSE(matches("**/x", "a/x/b"));
}

TEST_CASE("a backslash takes the character of a pattern as it is") {
  CHECK(matches(R"(a\**)", "a*b"));
  CHECK_FALSE(matches(R"(a\**)", "ab"));
  CHECK(matches(R"(\?*)", "?"));
  CHECK_FALSE(matches(R"(\?*)", "a"));
  CHECK(matches(R"(a\\*)", R"(a\b)"));
  CHECK(PathPattern(R"(a\*b)").is_path());
  CHECK(PathPattern(R"(a\*b)").path() == "a*b");
  CHECK(PathPattern(R"(a\b)").path() == R"(a\b)");
  CHECK(PathPattern("a[b]").is_path());
  CHECK_FALSE(PathPattern("a[b]*").is_path());
  CHECK(matches("a[b]*", "a[b]c"));
}

TEST_CASE("a pattern tells where it need not be looked for") {
  CHECK(reaches("*", ""));
  CHECK(reaches("packages/*", "packages"));
  CHECK(reaches("a/**", "a/b/c"));
  CHECK(reaches("a/b", ""));
  CHECK(reaches("a/b", "a"));
  CHECK_FALSE(reaches("*", "hello"));
  CHECK_FALSE(reaches("packages/*", "other"));
  CHECK_FALSE(reaches("**", ".git"));
  CHECK_FALSE(reaches("ab/c", "a"));
}

TEST_CASE("a pattern that could be read in very many ways is matched at once") {
  const std::string stars = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b";
  CHECK_FALSE(matches(stars.c_str(), std::string(200, 'a').c_str()));
  std::string any, path;
  for (int i = 0; i < 50; ++i) any += "**/a/", path += "a/";
  CHECK_FALSE(matches((any + "b").c_str(), (path + "a").c_str()));
}
