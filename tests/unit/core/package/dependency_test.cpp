#include "core/package/dependency.hpp"

#include "tests/catch.hpp"

using namespace pkgkiln::pacman;
using Relation = Dependency::Relation;

namespace {

bool satisfies(const std::string& provision, const std::string& dependency) {
  return Dependency::parse(dependency).satisfied_by(Provision::parse(provision));
}

}  // namespace

TEST_CASE("a dependency is a name, a relation and a version") {
  CHECK(Dependency::parse("foo") == Dependency{"foo", Relation::any, ""});
  CHECK(Dependency::parse("foo=1") == Dependency{"foo", Relation::equal, "1"});
  CHECK(Dependency::parse("foo<1") == Dependency{"foo", Relation::less, "1"});
  CHECK(Dependency::parse("foo>1") == Dependency{"foo", Relation::greater, "1"});
  CHECK(Dependency::parse("foo<=1:2-3") == Dependency{"foo", Relation::at_most, "1:2-3"});
  CHECK(Dependency::parse("foo>=1") == Dependency{"foo", Relation::at_least, "1"});
  CHECK(Dependency::parse("libfoo.so=1-64") == Dependency{"libfoo.so", Relation::equal, "1-64"});
  CHECK(Dependency::parse("") == Dependency{"", Relation::any, ""});
  CHECK(Dependency::parse("foo>") == Dependency{"foo", Relation::greater, ""});
}

TEST_CASE("versions satisfy constraints as pacman compares them") {
  CHECK(satisfies("foo=2-1", "foo"));
  CHECK(satisfies("foo=2-1", "foo=2"));
  CHECK_FALSE(satisfies("foo=2-1", "foo=2-2"));
  CHECK(satisfies("foo=2-1", "foo>=2"));
  CHECK_FALSE(satisfies("foo=2-1", "foo>2"));
  CHECK(satisfies("foo=2.1-1", "foo>2"));
  CHECK(satisfies("foo=2-1", "foo<=2"));
  CHECK_FALSE(satisfies("foo=2-1", "foo<2"));
  CHECK(satisfies("foo=1.10-1", "foo>1.9"));
  CHECK(satisfies("foo=1:1-1", "foo>2"));
  CHECK_FALSE(satisfies("foo=2-1", "bar"));
}

TEST_CASE("what is provided without a version fits no constraint") {
  CHECK(satisfies("foo", "foo"));
  CHECK_FALSE(satisfies("foo", "foo>=1"));
  CHECK_FALSE(satisfies("foo>=1", "foo>=1"));
  CHECK(satisfies("libfoo.so=1-64", "libfoo.so=1-64"));
  CHECK_FALSE(satisfies("libfoo.so=1-64", "libfoo.so=2-64"));
  CHECK(satisfies("libfoo.so=1-64", "libfoo.so"));
}

TEST_CASE("a package of that name wins over one that provides it, the first over the others") {
  Providers providers;
  providers.add(0, {"other", "5-1", {"foo=3"}, false});
  providers.add(1, {"another", "5-1", {"foo=4"}, false});
  providers.add(2, {"foo", "2-1", {}, false});
  const auto find = [&](const std::string& text) {
    return providers.find(Dependency::parse(text));
  };
  CHECK(find("foo") == 2U);
  CHECK(find("foo>=3") == 0U);
  CHECK(find("foo>=4") == 1U);
  CHECK_FALSE(find("foo>=5"));
  CHECK_FALSE(find("bar"));
}

TEST_CASE("a version that isn't known yet satisfies all, but a soname stays what it is") {
  Providers providers;
  providers.add(0, {"foo-git", "r1-1", {"foo=r1", "bar", "libfoo.so=1-64"}, true});
  const auto find = [&](const std::string& text) {
    return providers.find(Dependency::parse(text));
  };
  CHECK(find("foo-git>=99"));
  CHECK(find("foo=99"));
  CHECK(find("bar"));
  CHECK_FALSE(find("bar>=1"));
  CHECK(find("libfoo.so=1-64"));
  CHECK_FALSE(find("libfoo.so=2-64"));
}
