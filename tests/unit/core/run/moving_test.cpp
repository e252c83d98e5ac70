#include "tests/catch.hpp"
#include "tests/unit/core/run/fake_host.hpp"

using namespace pkgkiln;
using test::FakeHost;
using Names = std::vector<std::string>;
using Status = TargetResult::Status;

namespace {

constexpr const char* kPkgver = "pkgver() { git describe; }\n";
/// Pinned, so that nobody is asked for it.
const std::string kSource = "git+https://nobody.invalid/a#commit=ab12";

Target moving(FakeHost& host, const std::vector<std::string>& fields) {
  return host.target_of("a", {"1", fields, true, kPkgver});
}

Status built_again(FakeHost& host, const Target& target) {
  REQUIRE(host.build({target}).front().status == Status::built);
  host.containers();
  return host.build({target}).front().status;
}

}  // namespace

TEST_CASE("a version that moves with sources that did not is skipped") {
  FakeHost host;
  const auto target = moving(host, {"source = " + kSource});
  CHECK(built_again(host, target) == Status::up_to_date);
  CHECK(host.containers().empty());
}

TEST_CASE("sources that a .SRCINFO conceals are found by makepkg, and prove nothing unmoved") {
  FakeHost host;
  const std::string concealed = "hg+https://nobody.invalid/b";
  host.lies["a"] = {kSource, concealed};
  const auto target = moving(host, {"source = " + kSource});
  CHECK(built_again(host, target) == Status::up_to_date);
  CHECK(host.containers() == Names{"a"});
  CHECK(host.history.last_good("a")->vcs_sources == std::vector<RecordedSource>{{concealed, {}}});
}

TEST_CASE("a version that moves by no source that could be asked is looked at in a container") {
  FakeHost host;
  const auto target = moving(host, {"source = https://nobody.invalid/nightly.tar.gz"});
  CHECK(built_again(host, target) == Status::up_to_date);
  CHECK(host.containers() == Names{"a"});
}
