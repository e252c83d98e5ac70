#include "core/pkgbuild/srcinfo.hpp"
#include "tests/catch.hpp"

using pkgkiln::pacman::GitSource;

namespace {

std::string read(const std::string& text) {
  const auto source = GitSource::parse(text);
  if (!source) return "none";
  return source->url + " " + (source->pinned ? "pinned" : source->ref);
}

}  // namespace

TEST_CASE("a git source is read as makepkg reads it") {
  CHECK(read("git+https://x/a.git") == "https://x/a.git HEAD");
  CHECK(read("name::git+https://x/a.git#branch=next") == "https://x/a.git refs/heads/next");
  CHECK(read("git://x/a#tag=v1.0") == "git://x/a refs/tags/v1.0");
  CHECK(read("git+https://x/a#tag=v1?signed") == "https://x/a refs/tags/v1");
  CHECK(read("git+https://x/a?signed#tag=v1") == "https://x/a refs/tags/v1");
  CHECK(read("git+https://x/a#commit=ab12") == "https://x/a pinned");
  CHECK(read("git+file:///a") == "file:///a HEAD");
}

TEST_CASE("what is no git source, or says something strange, is none") {
  CHECK(read("https://x/a.git") == "none");
  CHECK(read("hg+https://x/a") == "none");
  CHECK(read("a.patch") == "none");
  CHECK(read("git+https://x/a#next") == "none");
  CHECK(read("git+https://x/a#ref=next") == "none");
}
