#include "core/runtime/image_ref.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

namespace {
const std::string kDigest = "sha256:" + std::string(64, 'a');
}

TEST_CASE("image references are completed as Docker does") {
  struct Case {
    std::string text, registry, repository, tag, digest;
  };
  const std::vector<Case> cases = {
      {"archlinux", "docker.io", "library/archlinux", "latest", ""},
      {"archlinux:base", "docker.io", "library/archlinux", "base", ""},
      {"me/thing", "docker.io", "me/thing", "latest", ""},
      {"docker.io/archlinux", "docker.io", "library/archlinux", "latest", ""},
      {"docker.io/library/archlinux:latest", "docker.io", "library/archlinux", "latest", ""},
      {"quay.io/a/b/c:1.0", "quay.io", "a/b/c", "1.0", ""},
      {"localhost/x", "localhost", "x", "latest", ""},
      {"localhost:5000/x/y:z", "localhost:5000", "x/y", "z", ""},
      {"127.0.0.1:5000/x", "127.0.0.1:5000", "x", "latest", ""},
      {"[::1]:5000/x", "[::1]:5000", "x", "latest", ""},
      {"Registry.Example/x", "Registry.Example", "x", "latest", ""},
      {"a@" + kDigest, "docker.io", "library/a", "", kDigest},
      {"r.io/a:t@" + kDigest, "r.io", "a", "t", kDigest},
      {"r.io/a__b.c---d:T_1-x", "r.io", "a__b.c---d", "T_1-x", ""},
  };
  for (const auto& [text, registry, repository, tag, digest] : cases) {
    INFO(text);
    const auto ref = ImageRef::parse(text);
    CHECK(ref.registry == registry);
    CHECK(ref.repository == repository);
    CHECK(ref.tag == tag);
    CHECK(ref.digest == digest);
    CHECK(ImageRef::parse(ref.full()) == ref);
  }
}

TEST_CASE("what is no image reference is refused") {
  const std::string text = GENERATE_REF(values<std::string>({"",
                                                             " ",
                                                             ":",
                                                             "@",
                                                             "/",
                                                             "a/",
                                                             "/a",
                                                             "a//b",
                                                             "A",
                                                             "library/Archlinux",
                                                             "a:",
                                                             "a:-x",
                                                             "a:b c",
                                                             "a:" + std::string(129, 'x'),
                                                             "a@sha256:abc",
                                                             "a@md5:" + std::string(32, 'a'),
                                                             "a@sha256:" + std::string(64, 'A'),
                                                             "a@" + kDigest + "@" + kDigest,
                                                             "a..b",
                                                             "a___b",
                                                             "-a",
                                                             "a-",
                                                             "r.io:/a",
                                                             "r.io:port/a",
                                                             "r.io:123456/a",
                                                             "-r.io/a",
                                                             "r..io/a",
                                                             "[x]/a:b",
                                                             "a;b",
                                                             "a\nb",
                                                             "a$(id)",
                                                             "../a",
                                                             "a/../b",
                                                             "https://docker.io/a",
                                                             std::string("a\0b", 3),
                                                             "ä",
                                                             std::string(300, 'a')}));
  INFO(text);
  CHECK_THROWS_AS(ImageRef::parse(text), UsageError);
}

TEST_CASE("the refusal of an image reference is fit for a terminal") {
  try {
    ImageRef::parse("a\x1b[31m" + std::string(1000, 'x'));
    FAIL("it was accepted");
  } catch (const UsageError& error) {
    CHECK(std::string(error.what()).find('\x1b') == std::string::npos);
    CHECK(std::string(error.what()).size() < 300);
  }
}
