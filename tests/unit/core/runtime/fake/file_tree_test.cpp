#include "core/runtime/fake/file_tree.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln::fake;

TEST_CASE("links are followed inside the tree, the last one only when asked") {
  const auto root = make_directory();
  put(root, "/a/b/file", make_file("x"));
  put(root, "/a/relative", make_link("b/file"));
  put(root, "/absolute", make_link("/a/b"));
  put(root, "/up", make_link("../../../a/b/./../b/file"));
  put(root, "/loop", make_link("loop"));
  CHECK(find(root, "/a/relative")->content == "x");
  CHECK(find(root, "/a/relative", false)->kind == Node::Kind::link);
  CHECK(find(root, "/absolute/file", false)->content == "x");
  CHECK(find(root, "/up")->content == "x");
  CHECK(find(root, "/../a//b/./file/")->content == "x");
  CHECK(find(root, "/loop") == nullptr);
  CHECK(find(root, "/a/b/file/below") == nullptr);
  CHECK(find(root, "/none") == nullptr);
  CHECK(find(root, "/") == root);
}

TEST_CASE("a node is put over what is there, but under directories only") {
  const auto root = make_directory();
  put(root, "/a", make_file("1"));
  put(root, "/a", make_file("2"));
  CHECK(find(root, "/a")->content == "2");
  CHECK_THROWS_AS(put(root, "/a/b", make_file("3")), pkgkiln::Error);
  CHECK_THROWS_AS(put(root, "/", make_directory()), pkgkiln::Error);
}

TEST_CASE("a clone shares nothing with its original") {
  const auto root = make_directory();
  put(root, "/a/b", make_file("1", 0600, 5, 6));
  const auto copy = clone(root);
  find(copy, "/a/b")->content = "2";
  CHECK(find(root, "/a/b")->content == "1");
  CHECK(find(copy, "/a/b")->uid == 5);
}
