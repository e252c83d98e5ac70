#include "core/git/mirror/tree.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::git;
using namespace std::string_literals;
using Kind = TreeEntry::Kind;

namespace {

const std::string kObject(40, 'b');

TreeEntry entry(Kind kind, const std::string& path, std::uint64_t size = 1) {
  return {kind, kObject, size, path};
}

}  // namespace

TEST_CASE("a listing is read") {
  const auto entries =
      parse_tree("100644 blob " + kObject + "      12\ta b\tc\0"s + "040000 tree " + kObject +
                 "       -\td\0"s + "120000 blob " + kObject + " 3\tl\0"s + "160000 commit " +
                 kObject + "       -\ts\0"s + "100755 blob " + kObject + "       0\tx\0"s);
  CHECK(entries == std::vector<TreeEntry>{entry(Kind::file, "a b\tc", 12),
                                          entry(Kind::directory, "d", 0), entry(Kind::link, "l", 3),
                                          entry(Kind::submodule, "s", 0),
                                          entry(Kind::executable, "x", 0)});
}

TEST_CASE("a listing of another form is refused") {
  const std::vector<std::string> listings = {
      "\0"s,
      "100644 blob ",
      "100600 blob " + kObject + " 1\ta",
      "100644 blob x 1\ta",
      "100644 blob " + kObject + " -\ta",
      "100644 blob " + kObject + " 1x\ta",
      "100644 blob " + kObject + " 99999999999999999999999\ta",
      "100644 blob " + kObject + " 1\t"};
  for (const auto& listing : listings) CHECK_THROWS_AS(parse_tree(listing), Error);
}

TEST_CASE("a tree that unpacks as it is passes") {
  CHECK_NOTHROW(check_tree({entry(Kind::directory, "d", 0), entry(Kind::directory, "d/e", 0),
                            entry(Kind::file, "d/e/..f"), entry(Kind::link, "l"),
                            entry(Kind::file, ".gitignore"), entry(Kind::file, "ü ' \" $(x)")}));
}

TEST_CASE("a tree that could unpack elsewhere or otherwise is refused") {
  const std::vector<TreeEntry> entries = GENERATE(values<std::vector<TreeEntry>>({
      {entry(Kind::file, "..")},
      {entry(Kind::file, ".")},
      {entry(Kind::file, "/etc/passwd")},
      {entry(Kind::file, "../x")},
      {entry(Kind::directory, "d", 0), entry(Kind::file, "d/../../x")},
      {entry(Kind::directory, "d", 0), entry(Kind::file, "d//x")},
      {entry(Kind::file, ".git")},
      {entry(Kind::directory, ".GIT", 0)},
      {entry(Kind::link, "l"), entry(Kind::file, "l/x")},
      {entry(Kind::submodule, "s", 0), entry(Kind::file, "s/x")},
      {entry(Kind::file, "d/x")},
      {entry(Kind::link, "l"), entry(Kind::directory, "l", 0)},
      {entry(Kind::file, "a\nb")},
      {entry(Kind::file, "a\x7f")},
      {entry(Kind::file, std::string(5000, 'a'))},
      {entry(Kind::link, "l", 5000)},
      {entry(Kind::file, "big", std::uint64_t{2} << 30U)},
      {entry(Kind::file, "a", UINT64_MAX), entry(Kind::file, "b", UINT64_MAX)},
  }));
  CHECK_THROWS_AS(check_tree(entries), Error);
}

TEST_CASE("too many entries are refused") {
  std::vector<TreeEntry> entries;
  for (int i = 0; i < 50'001; ++i) entries.push_back(entry(Kind::file, std::to_string(i)));
  CHECK_THROWS_AS(check_tree(entries), Error);
  entries.pop_back();
  CHECK_NOTHROW(check_tree(entries));
}
