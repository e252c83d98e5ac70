#include "tests/catch.hpp"
#include "tests/unit/config/fixture.hpp"

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::config::test::Fixture;

TEST_CASE("every type of key can be set by the environment") {
  Fixture fixture;
  fixture.env("PKGKILN_RUNTIME_KIND", "docker")
      .env("PKGKILN_IMAGE_PACKAGES", " ccache\n rust\tgo ")
      .env("PKGKILN_IMAGE_MIRRORLIST", "lists/mirrors")
      .env("PKGKILN_IMAGE_REFRESH", "3600")
      .env("PKGKILN_BUILD_MEMORY", "1G")
      .env("PKGKILN_BUILD_CPUS", "0.5")
      .env("PKGKILN_BUILD_PIDS", "99");
  const auto settings = fixture.settings();
  CHECK(settings.runtime.kind == "docker");
  CHECK(settings.image.packages == std::vector<std::string>{"ccache", "rust", "go"});
  CHECK(settings.image.mirrorlist == fixture.path("lists/mirrors"));
  CHECK(settings.image.refresh == 1h);
  CHECK(settings.build.memory == 1U << 30U);
  CHECK(settings.build.cpus == 0.5);
  CHECK(settings.build.pids == 99);
}

TEST_CASE("a variable may name a file, of which one newline at its end is dropped") {
  Fixture fixture;
  fixture.write("base", "example.com/arch:1\n");
  fixture.env("PKGKILN_IMAGE_BASE_FILE", "base");
  CHECK(fixture.settings().image.base == "example.com/arch:1");
  fixture.write("key", "se cret ");
  fixture.env("PKGKILN_VIETER_API_KEY_FILE", fixture.path("key"));
  CHECK(fixture.settings().vieter.api_key.reveal() == "se cret ");
  fixture.write("key", "first\n\n");
  CHECK(fixture.problem() ==
        "environment PKGKILN_VIETER_API_KEY_FILE: vieter.api_key: expected one line of printable "
        "text, found *****");
}

TEST_CASE("the file that a variable names must be readable") {
  Fixture fixture;
  fixture.env("VIETER_API_KEY_FILE", "missing");
  CHECK(fixture.problem() == "environment VIETER_API_KEY_FILE: vieter.api_key: cannot open '" +
                                 fixture.path("missing").string() + "': No such file or directory");
}

TEST_CASE("Vieter's own variables work, and ours beat them") {
  Fixture fixture;
  fixture.write("key", "k1\n");
  fixture.env("VIETER_ADDRESS", "https://vieter.example.com/")
      .env("VIETER_API_KEY_FILE", "key")
      .env("VIETER_BASE_IMAGE", "example.com/arch")
      .env("VIETER_DEFAULT_ARCH", "x86_64");
  auto settings = fixture.settings();
  CHECK(settings.vieter.address == "https://vieter.example.com");
  CHECK(settings.vieter.api_key.reveal() == "k1");
  CHECK(settings.image.base == "example.com/arch");
  fixture.env("PKGKILN_VIETER_API_KEY", "k2").env("PKGKILN_IMAGE_BASE", "example.com/other");
  settings = fixture.settings();
  CHECK(settings.vieter.api_key.reveal() == "k2");
  CHECK(settings.image.base == "example.com/other");
}

TEST_CASE("a variable and its file exclude each other") {
  Fixture fixture;
  fixture.env("VIETER_API_KEY", "s3cr3t").env("VIETER_API_KEY_FILE", "key");
  CHECK(fixture.problem() ==
        "environment VIETER_API_KEY: vieter.api_key: VIETER_API_KEY_FILE is set too, expected one "
        "of them");
}

TEST_CASE("an empty variable is not set") {
  Fixture fixture;
  fixture.file("[build]\ntimeout = \"1h\"\n");
  fixture.env("PKGKILN_BUILD_TIMEOUT", "").env("PKGKILN_BUILD_TIMEOUT_FILE", "");
  CHECK(fixture.settings().build.timeout == 1h);
}

TEST_CASE("a wrong value names its variable") {
  Fixture fixture;
  SECTION("duration") {
    fixture.env("PKGKILN_BUILD_TIMEOUT", "four");
    CHECK(fixture.problem() ==
          "environment PKGKILN_BUILD_TIMEOUT: build.timeout: expected a duration such as \"2h\", "
          "found \"four\"");
  }
  SECTION("integer") {
    fixture.env("PKGKILN_BUILD_PIDS", "12x");
    CHECK(fixture.problem() ==
          "environment PKGKILN_BUILD_PIDS: build.pids: expected an integer of at least 1, found "
          "\"12x\"");
  }
  SECTION("one word of a list") {
    fixture.env("PKGKILN_RUNTIME_ADD_HOSTS", "a:192.0.2.1 b");
    CHECK(fixture.problem() ==
          "environment PKGKILN_RUNTIME_ADD_HOSTS: runtime.add_hosts: expected \"NAME:ADDRESS\", "
          "the address being IPv4, IPv6 or \"host-gateway\", found \"b\"");
  }
}

TEST_CASE("a variable of ours that sets nothing is an error") {
  Fixture fixture;
  SECTION("with a neighbour") {
    fixture.env("PKGKILN_BUILD_TIMOUT", "1h");
    CHECK(fixture.problem() ==
          "environment PKGKILN_BUILD_TIMOUT: unknown variable, did you mean "
          "PKGKILN_BUILD_TIMEOUT?");
  }
  SECTION("of an array of tables") {
    fixture.env("PKGKILN_TARGETS_URL", "https://example.com/a");
    CHECK(fixture.problem() ==
          "environment PKGKILN_TARGETS_URL: [[targets]] can only be set in the file");
  }
}

TEST_CASE("variables for others and for tests pass") {
  Fixture fixture;
  fixture.write("c.toml", "");
  fixture.env("PKGKILN_CONFIG", "c.toml").env("PKGKILN_TEST_BUILD", "1").env("HOME", "/nowhere");
  fixture.env("PKGKILN_UPDATE_GOLDEN", "1").env("BUILD_TIMEOUT", "x");
  CHECK_NOTHROW(fixture.load());
}

TEST_CASE("GPGKEY names the key that signs where nothing else does") {
  Fixture fixture;
  fixture.file("[vieter]\n").env("GPGKEY", "0x0123 4567 89ab cdef 0123  4567 89ab cdef 0123 4567");
  const std::string key = "0123456789ABCDEF0123456789ABCDEF01234567";
  auto loaded = fixture.load();
  CHECK(loaded.settings.sign.key == key);
  REQUIRE(loaded.notices.size() == 1);
  CHECK_THAT(loaded.notices[0], ContainsSubstring("GPGKEY"));
  fixture.file("[sign]\nkey = \"Jane Doe\"\n");
  loaded = fixture.load();
  CHECK(loaded.settings.sign.key == "Jane Doe");
  CHECK(loaded.notices.empty());
  fixture.file("[sign]\nkey = \"\"\n");
  CHECK(fixture.settings().sign.key.empty());
  fixture.env("PKGKILN_SIGN_KEY", "other");
  CHECK(fixture.settings().sign.key == "other");
}

TEST_CASE("the variable of one key is never the file of another") {
  Fixture fixture;
  fixture.env("PKGKILN_SIGN_KEY", "someone").env("PKGKILN_SIGN_KEY_FILE", "secret.asc");
  const auto sign = fixture.settings().sign;
  CHECK(sign.key == "someone");
  CHECK(sign.key_file == fixture.path("secret.asc"));
}
