#include "core/run/package_owners.hpp"

#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

namespace {

struct Setup {
  TempDir directory;
  StateDir state{directory.path() / "state"};
  History history{state};
  Target a = target("a", "r"), b = target("b", "r"), elsewhere = target("c", "s");

  static Target target(const std::string& name, const std::string& repository) {
    Target target;
    target.name = name;
    target.repository = repository;
    return target;
  }
  void built(const std::string& target) {
    BuildRecord record;
    record.build = "1";
    record.target = target;
    record.repository = "r";
    record.status = "built";
    record.files = {{"p-1-1-any.pkg.tar.zst", "x"}};
    history.record(record);
  }
};

}  // namespace

TEST_CASE("who made a package first owns it, until that comes to nothing") {
  const Setup setup;
  PackageOwners owners(setup.history, {});
  CHECK_FALSE(owners.claim("p", setup.a));
  CHECK_FALSE(owners.claim("p", setup.a));
  CHECK(owners.claim("p", setup.b) == "a");
  CHECK_FALSE(owners.claim("p", setup.elsewhere));
  CHECK_FALSE(owners.claim("q", setup.b));
  owners.release(setup.a);
  CHECK_FALSE(owners.claim("p", setup.b));
}

TEST_CASE("who built a package before owns it, as long as it is a target") {
  Setup setup;
  setup.built("a");
  CHECK(PackageOwners(setup.history, {}).claim("p", setup.b) == "a");
  CHECK(PackageOwners(setup.history, {"a", "b"}).claim("p", setup.b) == "a");
  CHECK_FALSE(PackageOwners(setup.history, {"b"}).claim("p", setup.b));
  CHECK_FALSE(PackageOwners(setup.history, {}).claim("p", setup.a));
}
