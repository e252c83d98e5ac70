#include "core/targets/target.hpp"

#include <sys/utsname.h>

#include "tests/catch.hpp"

using pkgkiln::default_target_name;
using pkgkiln::is_target_name;
using pkgkiln::Target;
using pkgkiln::TargetKind;

TEST_CASE("a target without a name is called after the last component of its path or URL") {
  struct Case {
    TargetKind kind;
    std::string url, path, name;
  };
  const auto [kind, url, path, name] = GENERATE(values<Case>({
      {TargetKind::git, "https://example.com/pkgs/foo.git", "", "foo"},
      {TargetKind::git, "https://example.com/pkgs/foo.git/", "", "foo"},
      {TargetKind::git, "https://example.com/pkgs/foo.git?x=1#y", "", "foo"},
      {TargetKind::git, "https://example.com/pkgs.git", "core/bar", "bar"},
      {TargetKind::git, "https://example.com/pkgs.git", "core/bar/", "bar"},
      {TargetKind::git, "git@example.com:foo.git", "", "foo"},
      {TargetKind::git, "git@example.com:group/foo", "", "foo"},
      {TargetKind::git, "/srv/git/foo.git", "", "foo"},
      {TargetKind::git, "/srv/git/a:b", "", "a-b"},
      {TargetKind::git, "https://example.com/Foo%20Bar", "", "foo-20bar"},
      {TargetKind::git, "https://example.com/.-foo", "", "foo"},
      {TargetKind::git, "https://example.com", "", ""},
      {TargetKind::git, "https://example.com/.git", "", ""},
      {TargetKind::git, "https://example.com/---", "", ""},
      {TargetKind::url, "https://example.com/foo/PKGBUILD", "", "foo"},
      {TargetKind::url, "https://example.com/foo.git/PKGBUILD", "", "foo.git"},
      {TargetKind::url, "https://example.com/plain/PKGBUILD?h=foo/bar", "", "plain"},
      {TargetKind::url, "https://example.com/PKGBUILD", "", ""},
  }));
  CAPTURE(url, path);
  CHECK(default_target_name(kind, url, path) == name);
}

TEST_CASE("a derived name fits the grammar, however long the URL is") {
  const auto name =
      default_target_name(TargetKind::git, "https://e.org/" + std::string(500, 'A'), "");
  CHECK(name == std::string(128, 'a'));
  CHECK(is_target_name(name));
}

TEST_CASE("the grammar of target names") {
  CHECK(is_target_name("foo"));
  CHECK(is_target_name("foo@1._+-"));
  CHECK(is_target_name(std::string(128, 'a')));
  CHECK_FALSE(is_target_name(std::string(129, 'a')));
  CHECK_FALSE(is_target_name(""));
  CHECK_FALSE(is_target_name("-foo"));
  CHECK_FALSE(is_target_name(".foo"));
  CHECK_FALSE(is_target_name("Foo"));
  CHECK_FALSE(is_target_name("a/b"));
  CHECK_FALSE(is_target_name("a b"));
  CHECK_FALSE(is_target_name("\xc3\xa4"));
}

TEST_CASE("a target builds on the machines of its arch list") {
  Target target;
  CHECK(target.builds_on("x86_64"));
  target.arch = {"aarch64", "armv7h"};
  CHECK(target.builds_on("aarch64"));
  CHECK_FALSE(target.builds_on("x86_64"));
  target.arch = {"any"};
  CHECK(target.builds_on("x86_64"));
}

TEST_CASE("the machine's arch is in pacman's words") {
  utsname names{};
  REQUIRE(::uname(&names) == 0);
  const std::string machine = names.machine;
  const auto arch = pkgkiln::machine_arch();
  if (machine == "armv7l")
    CHECK(arch == "armv7h");
  else if (machine == "armv6l")
    CHECK(arch == "armv6h");
  else
    CHECK(arch == machine);
}
