// Networks: one's own, and being cut off from it.

#include "tests/catch.hpp"
#include "tests/conformance/failures.hpp"
#include "tests/conformance/sandbox.hpp"

using namespace pkgkiln;
using namespace conformance;

namespace {

std::string run_on_network(Sandbox& box, const std::string& network) {
  box.runtime.create_network(network, box.labels());
  auto spec = box.spec();
  spec.network = network;
  return box.run(spec);
}

}  // namespace

TEST_CASE("a container without a network has nothing but lo") {
  Sandbox box;
  const auto id = box.run();
  CHECK(box.exec(id, script::interfaces).out == "lo\n");
  CHECK(box.runtime.networks_of(id).empty());
}

TEST_CASE("a container that is cut off has nothing but lo, and goes on") {
  Sandbox box;
  const auto network = box.name("net");
  const auto id = run_on_network(box, network);
  CHECK(box.runtime.networks_of(id) == std::vector{network});
  CHECK(box.exec(id, script::interfaces).out != "lo\n");

  box.runtime.disconnect(id, network);
  CHECK(box.runtime.networks_of(id).empty());
  CHECK(box.exec(id, script::interfaces).out == "lo\n");

  CHECK_NOTHROW(box.runtime.disconnect(id, network));
  CHECK(box.exec(id, script::interfaces).out == "lo\n");
  box.runtime.remove_network(network);
  CHECK_NOTHROW(box.runtime.disconnect(id, network));
  CHECK(box.exec(id, script::exit_with, {{"CODE", "5"}}).code == 5);
}

TEST_CASE("disconnecting a container that is gone is no error") {
  Sandbox box;
  const auto network = box.name("net");
  const auto id = run_on_network(box, network);
  box.runtime.remove(id);
  CHECK_NOTHROW(box.runtime.disconnect(id, network));
}

TEST_CASE("networks are listed by their labels and removed for good") {
  Sandbox box;
  auto labels = box.labels();
  labels["io.pkgkiln.target"] = "one";
  box.runtime.create_network(box.name("a"), labels);
  box.runtime.create_network(box.name("b"), box.labels());
  CHECK(box.runtime.list_networks(box.labels()).size() == 2);
  const auto listed = box.runtime.list_networks(labels);
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].name == box.name("a"));
  CHECK(listed[0].labels.at("io.pkgkiln.target") == "one");

  box.runtime.remove_network(box.name("a"));
  CHECK_NOTHROW(box.runtime.remove_network(box.name("a")));
  CHECK_NOTHROW(box.runtime.remove_network(box.name("never")));
  CHECK(box.runtime.list_networks(box.labels()).size() == 1);
}

TEST_CASE("a container on a network that isn't there doesn't start") {
  Sandbox box;
  auto spec = box.spec();
  spec.network = box.name("never");
  CHECK(failure_of([&] { box.run(spec); }) == "not_found");
  CHECK_NOTHROW(box.runtime.remove(spec.name));
}
