#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/unit/config/fixture.hpp"

using namespace pkgkiln;
using config::parse_override;
using config::test::Fixture;

TEST_CASE("a flag's text is split at its first equals sign") {
  const auto wanted = parse_override("build.makeflags=-j2 V=1");
  CHECK(wanted.key == "build.makeflags");
  CHECK(wanted.value == "-j2 V=1");
  CHECK(wanted.origin == "--set");
  try {
    parse_override("build.timeout");
    FAIL("accepted");
  } catch (const UsageError& error) {
    CHECK(error.what_failed() == "--set: expected TABLE.KEY=VALUE, found \"build.timeout\"");
  }
}

TEST_CASE("flags set every kind of key") {
  Fixture fixture;
  fixture.set("image.packages", "a b").set("build.cpus", "3").set("build.makeflags", "-j3");
  fixture.set("image.pacman_conf", "p.conf");
  const auto settings = fixture.settings();
  CHECK(settings.image.packages == std::vector<std::string>{"a", "b"});
  CHECK(settings.build.cpus == 3.0);
  CHECK(settings.build.makeflags == "-j3");
  CHECK(settings.image.pacman_conf == fixture.path("p.conf"));
}

TEST_CASE("a flag that can't be followed is an error") {
  Fixture fixture;
  SECTION("wrong value") {
    fixture.request.overrides = {{"build.timeout", "four", "--timeout"}};
    CHECK(fixture.problem() ==
          "--timeout: build.timeout: expected a duration such as \"2h\", found \"four\"");
  }
  SECTION("unknown key") {
    fixture.set("build.timout", "1h");
    CHECK(fixture.problem() == "--set: build.timout: unknown key, did you mean \"build.timeout\"?");
  }
  SECTION("no key at all") {
    fixture.set("x", "1h");
    CHECK(fixture.problem() == "--set: x: unknown key");
  }
  SECTION("a secret") {
    fixture.set("vieter.api_key", "s3cr3t");
    CHECK(fixture.problem() ==
          "--set: vieter.api_key: a secret on a command line can be seen by everyone, use "
          "VIETER_API_KEY_FILE");
  }
  SECTION("what holds changes") {
    fixture.set("trust.first", "accept");
    CHECK(fixture.problem() ==
          "--set: trust.first: what is held is no matter of one run, set it in [trust] of the "
          "file");
  }
  SECTION("one of several tables") {
    fixture.set("targets.url", "https://example.com/a");
    CHECK(fixture.problem() == "--set: targets.url: [[targets]] can only be set in the file");
  }
}
