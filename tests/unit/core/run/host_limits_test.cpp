#include "tests/catch.hpp"
#include "tests/unit/core/run/told.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

std::uint64_t size_of_logs(const FakeHost& host) {
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(host.state.logs()))
    if (entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

}  // namespace

TEST_CASE("a build's log keeps no more of its output than is wished") {
  FakeHost host;
  host.settings.host.log = 5'000;
  host.at_build = [](const std::string&, fake::ExecCall& call) {
    for (int i = 0; i < 1'000; ++i) call.out(std::string(99, 'x') + "\n");
  };
  const auto results = host.build({host.target("a")});
  REQUIRE(words(results) == Names{"built"});
  const auto log = read_file(results.front().log);
  CHECK(log.size() < 8'000);
  CHECK_THAT(log, ContainsSubstring("the log is full"));
}

TEST_CASE("all logs together take no more than is wished, also while a run goes on") {
  FakeHost host;
  host.capacity.jobs = 1;
  host.settings.host.logs = 40'000;
  std::uint64_t most = 0;
  host.at_build = [&](const std::string&, fake::ExecCall& call) {
    most = std::max(most, size_of_logs(host));
    for (int i = 0; i < 80; ++i) call.out(std::string(99, 'x') + "\n");
  };
  std::vector<Target> targets;
  for (int i = 0; i < 12; ++i) targets.push_back(host.target("t" + std::to_string(i)));
  const auto results = host.build(targets);
  CHECK(words(results) == Names(12, "built"));
  CHECK(size_of_logs(host) <= 40'000);
  CHECK(most < 70'000);
  CHECK(most > 20'000);
}

TEST_CASE("the packages of a build take no more than is wished, packed and unpacked") {
  FakeHost host;
  const auto target = host.target("a");
  SECTION("packed") {
    host.settings.host.packages = 100;
    const auto results = host.build({target});
    REQUIRE(words(results) == Names{"failed"});
    CHECK_THAT(results.front().why, ContainsSubstring("more than 100 bytes"));
    CHECK_THAT(results.front().hint, ContainsSubstring("build.packages_size"));
  }
  SECTION("unpacked") {
    host.settings.host.unpacked = 100;
    const auto results = host.build({target});
    REQUIRE(words(results) == Names{"failed"});
    CHECK_THAT(results.front().why, ContainsSubstring("longer than 100 bytes unpacked"));
    CHECK_THAT(results.front().hint, ContainsSubstring("build.unpacked_size"));
  }
  CHECK(fs::is_empty(host.state.spool()));
  CHECK_FALSE(
      host.repository->contains(pacman::PackageFileName::parse("a-1-1-any.pkg.tar.gz").value()));
}
