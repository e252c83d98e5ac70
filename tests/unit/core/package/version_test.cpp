#include <algorithm>
#include <random>

#include "core/package/package_name.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"

using pkgkiln::pacman::compare_versions;
using pkgkiln::pacman::is_full_version;
using pkgkiln::test::run_program;

namespace {

void check_like_vercmp(const std::string& left, const std::string& right) {
  CAPTURE(left, right);
  const auto answer = run_program({"vercmp", left, right});
  REQUIRE(answer.code == 0);
  CHECK(compare_versions(left, right) == std::stoi(answer.output));
  CHECK(compare_versions(right, left) == -std::stoi(answer.output));
}

/// Made of what versions are made of, and of what they shouldn't be.
std::string random_version(std::mt19937& random) {
  static const std::string characters = "0019abr.._+~:-";
  std::string text;
  for (auto left = random() % 10; left > 0; --left) text += characters[random() % 14];
  return text.starts_with('-') ? "1" + text : text;
}

}  // namespace

TEST_CASE("versions compare") {
  CHECK(compare_versions("1.0-1", "1.0-1") == 0);
  CHECK(compare_versions("1.0-1", "1.0-2") < 0);
  CHECK(compare_versions("1.10-1", "1.9-1") > 0);
  CHECK(compare_versions("1:1.0-1", "2.0-1") > 0);
  CHECK(compare_versions("1.0", "1.0-7") == 0);
  CHECK(compare_versions("1.0rc1-1", "1.0-1") < 0);
}

TEST_CASE("versions compare as vercmp does, on chosen pairs") {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"1.0", "1.0.0"},
      {"1.0", "1.0a"},
      {"1.0", "1.0.a"},
      {"1.0a", "1.0b"},
      {"1.0.", "1.0"},
      {"1.0..1", "1.0.1"},
      {"1.0+2", "1.0.2"},
      {"01.0", "1.0"},
      {"1.001", "1.1"},
      {"r10.abc", "r9.def"},
      {"0:1", "1"},
      {":1", "1"},
      {"1:1", "01:1"},
      {"2:1-1", "10:1-1"},
      {"1-1.1", "1-1"},
      {"1-1", "1-01"},
      {"1.0alpha", "1.0b"},
      {"5.9.r3.g1", "5.9"},
      {"", "1"},
      {"", "a"},
      {"~", ""},
      {"1.0~rc", "1.0"},
      {"a1", "1"},
      {"1_0", "1.0"},
      {"18446744073709551617", "18446744073709551616"}};
  for (const auto& [left, right] : pairs) check_like_vercmp(left, right);
}

TEST_CASE("versions compare as vercmp does, on random pairs") {
  std::mt19937 random(20240117);
  for (int i = 0; i < 400; ++i) {
    const auto left = random_version(random);
    // Half of them share a beginning: where they differ is what matters.
    const auto shared = left.substr(0, i % 2 == 0 ? 0 : random() % (left.size() + 1));
    check_like_vercmp(left,
                      shared.empty() ? random_version(random) : shared + random_version(random));
  }
}

TEST_CASE("a full version is told from others") {
  for (const auto* good : {"1-1", "1:1.0-1", "2024.01.r5.gabc+dirty-12.3", "0:1~rc_1-1"}) {
    CAPTURE(good);
    CHECK(is_full_version(good));
  }
  for (const auto* bad : {"", "1", "-1", "1-", "1-1-1", ":1-1", "a:1-1", "1:2:1-1", "1-1.", "1-.1",
                          "1-a", "1/2-1", "1 2-1", "1\n-1", "1-1\n", "\xc3\xa4-1", "1-1.2.3"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_full_version(bad));
  }
}

TEST_CASE("the release after a version is one of its pkgrel, and newer") {
  for (const auto& [version, next] :
       {std::pair{"1:2.0-1", "1:2.0-1.1"}, std::pair{"2.0-1.1", "2.0-1.2"},
        std::pair{"2.0-3.9", "2.0-3.10"}, std::pair{"2.0-1.199", "2.0-1.200"}}) {
    CHECK(next_release(version) == next);
    CHECK(is_full_version(next));
    CHECK(compare_versions(next, version) > 0);
    CHECK(is_release_of(next, version));
    CHECK_FALSE(is_release_of(version, next));
    CHECK(is_release_of(version, version));
  }
  for (const auto* other : {"2.0-2", "2.0-11", "2.0.1-1", "1:2.0-1.1", "2-0-1"})
    CHECK_FALSE(is_release_of(other, "2.0-1"));
}
