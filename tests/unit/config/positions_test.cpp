// What a wrong file is told: exact texts, since they are what people read.

#include "tests/catch.hpp"
#include "tests/unit/config/fixture.hpp"

using Catch::Matchers::ContainsSubstring;
using pkgkiln::config::test::Fixture;

namespace {

std::string problem(const std::string& toml) {
  Fixture fixture;
  return fixture.file(toml).problem();
}

}  // namespace

TEST_CASE("a wrong value is shown with its cell and what was expected") {
  const auto [toml, text] = GENERATE(table<std::string, std::string>({
      {"[build]\ntimeout = \"four\"\n",
       "2:11: build.timeout: expected a duration such as \"2h\", found \"four\""},
      {"[build]\ntimeout = 0\n",
       "2:11: build.timeout: expected a duration of at least \"1s\", found 0"},
      {"[build]\ntimeout = -5\n",
       "2:11: build.timeout: expected a duration such as \"2h\", found -5"},
      {"[build]\ntimeout = 1.5\n",
       "2:11: build.timeout: expected a duration such as \"2h\", found 1.5"},
      {"[build]\ntimeout = 2020-01-01\n",
       "2:11: build.timeout: expected a duration such as \"2h\", found a date or time"},
      {"[build]\nmemory = \"4GB\"\n",
       "2:10: build.memory: expected a size such as \"4G\", found \"4GB\""},
      {"[build]\nmemory = 4\n", "2:10: build.memory: expected a size of at least \"6M\", found 4"},
      {"[build]\ncpus = 0\n", "2:8: build.cpus: expected a number above 0, found 0"},
      {"[build]\ncpus = inf\n", "2:8: build.cpus: expected a number above 0, found inf"},
      {"[build]\ncpus = \"2\"\n", "2:8: build.cpus: expected a number above 0, found \"2\""},
      {"[build]\npids = 0\n", "2:8: build.pids: expected an integer of at least 1, found 0"},
      {"[build]\nstate_dir = 1\n", "2:13: build.state_dir: expected text in quotes, found 1"},
      {"[build]\npackager = \"a\\nb\"\n",
       "2:12: build.packager: expected one line of printable text, found \"a\\nb\""},
      {"[runtime]\nkind = \"\"\n",
       "2:8: runtime.kind: expected \"auto\", \"podman\" or \"docker\", found \"\""},
      {"[runtime]\nadd_hosts = \"a:192.0.2.1\"\n",
       "2:13: runtime.add_hosts: expected an array of texts, found \"a:192.0.2.1\""},
      {"[runtime]\nsocket = \"tcp://jane:pw@example.com:2375\"\n",
       "2:10: runtime.socket: expected a Unix socket such as \"unix:///run/podman/podman.sock\" "
       "(tcp:// is not supported), found \"tcp://***@example.com:2375\""},
      {"[image]\npackages = [\"ok\",\n  5]\n",
       "3:3: image.packages: expected text in quotes, found 5"},
      {"[image]\npackages = [\"ok\", \"-Rns\"]\n",
       "2:19: image.packages: expected a package name such as \"ccache\", found \"-Rns\""},
      {"[image]\nbase = \"\"\n",
       "2:8: image.base: expected an image reference such as "
       "\"docker.io/library/archlinux:latest\", found \"\""},
      {"[image]\nbase = {name = \"x\"}\n",
       "2:8: image.base: expected text in quotes, found a table"},
      {"[vieter]\naddress = \"vieter.example.com\"\n",
       "2:11: vieter.address: expected a server's address such as "
       "\"https://vieter.example.com\", found \"vieter.example.com\""},
  }));
  CAPTURE(toml);
  CHECK(problem(toml) == "pkgkiln.toml:" + text);
}

TEST_CASE("an unknown key or table names its nearest neighbour") {
  const auto [toml, text] = GENERATE(table<std::string, std::string>({
      {"\n  [build]\n  timout = \"1h\"\n",
       "3:3: build.timout: unknown key, did you mean \"timeout\"?"},
      {"[vieter]\nzzz = 1\n",
       "2:1: vieter.zzz: unknown key, there are: address, api_key, "
       "container_address, default_arch, retry_timeout"},
      {"[[targets]]\nurl = \"https://e.org/a\"\nrepo = \"a\"\n",
       "3:1: targets.repo: unknown key, did you mean \"repository\"?"},
      {"[biuld]\ntimeout = 1\n", "1:1: biuld: unknown table, did you mean \"build\"?"},
      {"[[target]]\nurl = \"x\"\n", "1:1: target: unknown table, did you mean \"targets\"?"},
      {"[zzz]\n",
       "1:1: zzz: unknown table, there are: runtime, image, build, cache, sign, vieter, aur, "
       "trust, verify, notify, report, repositories, targets"},
      {"timeout = \"1h\"\n", "1:1: timeout: a key outside of any table, it belongs below [build]"},
      {"[build]\n\"\\u001b[31m\" = 1\n",
       "2:1: build.\"\\u001B[31m\": unknown key, there are: timeout, jobs, memory, cpus, "
       "pids, state_dir, packager, makeflags, proxy, retry_failed, bump_pkgrel, schedule, "
       "keep_logs, keep_failed, log_size, logs_size, packages_size, unpacked_size"},
  }));
  CAPTURE(toml);
  CHECK(problem(toml) == "pkgkiln.toml:" + text);
}

TEST_CASE("a table in the wrong form is told the right one") {
  const auto [toml, text] = GENERATE(table<std::string, std::string>({
      {"[repositories]\nname = \"a\"\n",
       "1:1: repositories: expected [[repositories]], found [repositories]"},
      {"[[build]]\ntimeout = 1\n", "1:1: build: expected [build], found [[build]]"},
      {"targets = \"x\"\n", "1:11: targets: expected [[targets]], found \"x\""},
      {"targets = [{url = \"https://e.org/a\"}, 1]\n",
       "1:11: targets: expected [[targets]], found an array"},
      {"build = []\n", "1:9: build: expected [build], found an array"},
  }));
  CAPTURE(toml);
  CHECK(problem(toml) == "pkgkiln.toml:" + text);
}

TEST_CASE("an empty array of tables, and tables in line, are as good as others") {
  Fixture fixture;
  CHECK(fixture.file("targets = []\n").settings().targets.empty());
  CHECK(fixture.file("targets = [{url = \"https://e.org/a\"}]\n").settings().targets.size() == 1);
}

TEST_CASE("a syntax error is shown with its position") {
  CHECK_THAT(problem("[build]\ntimeout = = 1\n"), ContainsSubstring("pkgkiln.toml:2:11: "));
  CHECK_THAT(problem("[build]\n[build]\n"), ContainsSubstring("pkgkiln.toml:2:"));
  CHECK_THAT(problem("[build]\ntimeout = 1\ntimeout = 2\n"), ContainsSubstring("pkgkiln.toml:3:"));
  CHECK_THAT(problem("\xff\xfe"), ContainsSubstring("pkgkiln.toml:1:"));
}

TEST_CASE("a secret is not shown, whatever is wrong with it") {
  CHECK(problem("[vieter]\napi_key = 12345678\n") ==
        "pkgkiln.toml:2:11: vieter.api_key: expected text in quotes, found *****");
  CHECK(problem("[vieter]\napi_key = \"s3cr3t\\u0007\"\n") ==
        "pkgkiln.toml:2:11: vieter.api_key: expected one line of printable text, found *****");
  const auto unquoted = problem("[vieter]\napi_key = 99999999999999999999\n");
  CHECK_THAT(unquoted, ContainsSubstring(": this is no TOML (its text is not shown)"));
  CHECK_THAT(unquoted, ContainsSubstring("pkgkiln.toml:2:"));
  CHECK_THAT(unquoted, !ContainsSubstring("9999"));
}

TEST_CASE("all that is wrong is told at once, from top to bottom, the file first") {
  Fixture fixture;
  fixture.env("PKGKILN_BUILD_PIDS", "x").set("build.cpus", "y");
  fixture.file(
      "[vieter]\n"
      "adress = \"x\"\n"
      "[build]\n"
      "timeout = \"x\"\n"
      "cpus = 1\n"
      "memory = \"x\"\n"
      "[[targets]]\n"
      "[image]\n"
      "packages = [\"-a\", \"-b\"]\n");
  CHECK(fixture.problems() ==
        std::vector<std::string>{
            "pkgkiln.toml:2:1: vieter.adress: unknown key, did you mean \"address\"?",
            "pkgkiln.toml:4:11: build.timeout: expected a duration such as \"2h\", found \"x\"",
            "pkgkiln.toml:6:10: build.memory: expected a size such as \"4G\", found \"x\"",
            "pkgkiln.toml:7:1: targets.url: expected one such as "
            "\"https://git.example.com/packages.git\", or aur, found none",
            "pkgkiln.toml:9:13: image.packages: expected a package name such as \"ccache\", found "
            "\"-a\"",
            "pkgkiln.toml:9:19: image.packages: expected a package name such as \"ccache\", found "
            "\"-b\"",
            "environment PKGKILN_BUILD_PIDS: build.pids: expected an integer of at least 1, found "
            "\"x\"",
            "--set: build.cpus: expected a number above 0, found \"y\""});
}

TEST_CASE("a long value is shown in part") {
  const auto text = problem("[runtime]\nkind = \"" + std::string(5'000, 'k') + "\"\n");
  CHECK_THAT(text, Catch::Matchers::EndsWith("found \"" + std::string(80, 'k') + "…\""));
}
