#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/unit/config/fixture.hpp"

using pkgkiln::UsageError;
using pkgkiln::config::find_file;
using pkgkiln::config::test::Fixture;

namespace {

std::string report(const Fixture& fixture) {
  try {
    fixture.load();
  } catch (const UsageError& error) {
    return error.report();
  }
  return "no error";
}

}  // namespace

TEST_CASE("the configuration is looked for in order") {
  Fixture fixture;
  fixture.env("XDG_CONFIG_HOME", fixture.path("xdg"));
  CHECK_FALSE(find_file(fixture.request).has_value());
  fixture.write("etc/config.toml", "");
  CHECK(find_file(fixture.request) == fixture.path("etc/config.toml"));
  fixture.write("home/.config/pkgkiln/config.toml", "");
  CHECK(find_file(fixture.request) == fixture.path("etc/config.toml"));
  fixture.write("xdg/pkgkiln/config.toml", "");
  CHECK(find_file(fixture.request) == fixture.path("xdg/pkgkiln/config.toml"));
  fixture.write("named.toml", "");
  fixture.env("PKGKILN_CONFIG", "named.toml");
  CHECK(find_file(fixture.request) == "named.toml");
  fixture.file("");
  CHECK(find_file(fixture.request) == "pkgkiln.toml");
}

TEST_CASE("without XDG_CONFIG_HOME, or with a relative one, it is ~/.config") {
  Fixture fixture;
  fixture.write("home/.config/pkgkiln/config.toml", "");
  CHECK(find_file(fixture.request) == fixture.path("home/.config/pkgkiln/config.toml"));
  fixture.env("XDG_CONFIG_HOME", "relative");
  CHECK(find_file(fixture.request) == fixture.path("home/.config/pkgkiln/config.toml"));
  fixture.request.home.clear();
  CHECK_FALSE(find_file(fixture.request).has_value());
}

TEST_CASE("a file that was named must be there") {
  Fixture fixture;
  fixture.env("PKGKILN_CONFIG", "missing.toml");
  CHECK(report(fixture) ==
        "there is no configuration file 'missing.toml'\n  it is named by PKGKILN_CONFIG");
  fixture.request.file = "other.toml";
  CHECK(report(fixture) ==
        "there is no configuration file 'other.toml'\n  it is named by --config");
}

TEST_CASE("a file that can't be read is a wrong configuration") {
  Fixture fixture;
  fixture.request.file = fixture.path(".");
  CHECK_THROWS_AS(fixture.load(), UsageError);
  CHECK(report(fixture).starts_with("cannot read the configuration\n  cannot read '"));
}
