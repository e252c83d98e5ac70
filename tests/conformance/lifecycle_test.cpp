// Making, listing and removing containers.

#include "tests/catch.hpp"
#include "tests/conformance/failures.hpp"
#include "tests/conformance/sandbox.hpp"

using namespace pkgkiln;
using namespace conformance;

TEST_CASE("an engine says what it is") {
  Sandbox box;
  const auto info = box.runtime.info();
  CHECK(info.engine == runtime_under_test());
  CHECK_FALSE(info.version.empty());
  CHECK_FALSE(info.api_version.empty());
  CHECK_FALSE(info.oci_runtime.empty());
  CHECK_FALSE(info.cgroup_version.empty());
}

TEST_CASE("a container is listed from its creation to its removal") {
  Sandbox box;
  const auto spec = box.spec();
  const auto id = box.runtime.create(spec).id;

  auto listed = box.runtime.list(box.labels());
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].id == id);
  CHECK(listed[0].name == spec.name);
  CHECK(listed[0].labels.at("io.pkgkiln.run") == box.labels().at("io.pkgkiln.run"));
  CHECK_FALSE(listed[0].running);

  box.runtime.start(id);
  listed = box.runtime.list(box.labels());
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].running);

  box.runtime.kill(id);
  listed = box.runtime.list(box.labels());
  REQUIRE(listed.size() == 1);
  CHECK_FALSE(listed[0].running);

  box.runtime.remove(id);
  CHECK(box.runtime.list(box.labels()).empty());
}

TEST_CASE("only what has every label is listed") {
  Sandbox box;
  auto first = box.spec("a");
  first.labels["io.pkgkiln.target"] = "one";
  auto second = box.spec("b");
  second.labels["io.pkgkiln.target"] = "two=2, \"quoted\"";
  box.runtime.create(first);
  box.runtime.create(second);

  CHECK(box.runtime.list(box.labels()).size() == 2);
  const auto listed = box.runtime.list(second.labels);
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].name == second.name);
  CHECK(listed[0].labels.at("io.pkgkiln.target") == "two=2, \"quoted\"");
  auto none = box.labels();
  none["io.pkgkiln.target"] = "three";
  CHECK(box.runtime.list(none).empty());
}

TEST_CASE("a name that is taken is a conflict") {
  Sandbox box;
  box.runtime.create(box.spec());
  CHECK(failure_of([&] { box.runtime.create(box.spec()); }) == "conflict");
  CHECK(box.runtime.list(box.labels()).size() == 1);
}

TEST_CASE("a container of an image that isn't here isn't made, and the image isn't fetched") {
  Sandbox box;
  auto spec = box.spec();
  spec.image = box.image_name("none");
  CHECK(failure_of([&] { box.runtime.create(spec); }) == "not_found");
  CHECK(box.runtime.list(box.labels()).empty());
}

TEST_CASE("containers go by their name as well as by their id") {
  Sandbox box;
  const auto name = box.spec().name;
  box.runtime.create(box.spec());
  box.runtime.start(name);
  CHECK(box.exec(name, script::exit_with, {{"CODE", "3"}}).code == 3);
  CHECK_NOTHROW(box.runtime.usage(name));
  box.runtime.kill(name);
  box.runtime.remove(name);
  CHECK(box.runtime.list(box.labels()).empty());
}

TEST_CASE("starting a container that runs is no error") {
  Sandbox box;
  const auto id = box.run();
  CHECK_NOTHROW(box.runtime.start(id));
}

TEST_CASE("killing and removing may be said twice, and of what never was") {
  Sandbox box;
  const auto id = box.run();
  CHECK_NOTHROW(box.runtime.kill(id));
  CHECK_NOTHROW(box.runtime.kill(id));
  CHECK_NOTHROW(box.runtime.remove(id));
  CHECK_NOTHROW(box.runtime.remove(id));
  CHECK_NOTHROW(box.runtime.kill(id));
  CHECK_NOTHROW(box.runtime.kill(box.name("never")));
  CHECK_NOTHROW(box.runtime.remove(box.name("never")));
}

TEST_CASE("a container that never started can be killed and removed") {
  Sandbox box;
  const auto id = box.runtime.create(box.spec()).id;
  CHECK_NOTHROW(box.runtime.kill(id));
  CHECK_NOTHROW(box.runtime.remove(id));
}

TEST_CASE("a running container can be removed at once") {
  Sandbox box;
  box.runtime.remove(box.run());
  CHECK(box.runtime.list(box.labels()).empty());
}

TEST_CASE("what is asked of a container that isn't there is not found") {
  Sandbox box;
  const auto never = box.name("never");
  const auto cancel = Cancellation::never();
  CHECK(failure_of([&] { box.runtime.start(never); }) == "not_found");
  CHECK(failure_of([&] { box.exec(never, script::idle); }) == "not_found");
  CHECK(failure_of([&] { box.runtime.usage(never); }) == "not_found");
  CHECK(failure_of([&] { box.runtime.networks_of(never); }) == "not_found");
  CHECK(failure_of([&] {
          box.runtime.copy_out(
              never, "/tmp", [](std::string_view) {}, cancel);
        }) == "not_found");
  CHECK(failure_of([&] {
          box.runtime.copy_in(
              never, "/tmp", [](char*, std::size_t) { return 0; }, cancel);
        }) == "not_found");
}

TEST_CASE("usage tells a peak of memory where the engine can") {
  Sandbox box;
  const auto id = box.run();
  const auto peak = box.runtime.usage(id).peak_memory_bytes;
  if (peak) CHECK(*peak > 0);
}
