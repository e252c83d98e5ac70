#include "core/git/mirror/tree.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::git;
using namespace std::string_literals;
using Kind = TreeEntry::Kind;

namespace {

const std::string kId(20, '\xbb');
const std::string kObject(40, 'b');

TreeEntry entry(Kind kind, const std::string& path, std::uint64_t size = 1) {
  return {kind, kObject, size, path};
}

}  // namespace

TEST_CASE("a tree object is read") {
  const auto entries = parse_tree("100644 a b\tc\0"s + kId + "40000 d\0"s + kId + "120000 l\0"s +
                                      kId + "160000 s\0"s + kId + "100755 x\0"s + kId,
                                  kId.size());
  CHECK(entries == std::vector<TreeEntry>{entry(Kind::file, "a b\tc", 0),
                                          entry(Kind::directory, "d", 0), entry(Kind::link, "l", 0),
                                          entry(Kind::submodule, "s", 0),
                                          entry(Kind::executable, "x", 0)});
  CHECK(parse_tree("100664 a\0"s + std::string(32, 'x'), 32).front().object.size() == 64);
  CHECK(parse_tree("", 20).empty());
}

TEST_CASE("a tree object of another form is refused") {
  const std::vector<std::string> trees = {"\0"s,
                                          "100644 "s,
                                          "100644 a"s,
                                          "100644 a\0"s,
                                          "100644 \0"s + kId,
                                          "100600 a\0"s + kId,
                                          "040000 a\0"s + kId,
                                          "100644 a\0"s + kId.substr(1)};
  for (const auto& raw : trees) CHECK_THROWS_AS(parse_tree(raw, kId.size()), Error);
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
