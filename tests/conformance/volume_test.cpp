// Volumes: whose they are, what is in them, and that they outlive containers.

#include "tests/catch.hpp"
#include "tests/conformance/sandbox.hpp"
#include "tests/conformance/tar.hpp"

using namespace pkgkiln;
using namespace conformance;

namespace {

/// An image of the test's own with a directory /srv/data that isn't root's, and a file in it.
std::string image_with_data(Sandbox& box) {
  const auto tar =
      make_tar({{TarEntry::Type::directory, "data", "", 0750, 1000, 1001},
                {TarEntry::Type::file, "data/seed", "from the image", 0644, 1000, 1001}});
  const auto id = box.runtime.create(box.spec("maker")).id;
  box.runtime.copy_in(id, "/tmp", source_of(tar), Cancellation::never());
  CommitSpec spec;
  spec.name = box.image_name("data");
  spec.labels = box.labels();
  box.images.commit(id, spec);
  box.runtime.remove(id);
  return spec.name;
}

}  // namespace

TEST_CASE("a fresh volume has the owner, the mode and the content of its mount point") {
  Sandbox box;
  box.runtime.create_volume(box.name("v"), box.labels());
  auto spec = box.spec();
  spec.image = image_with_data(box);
  spec.volumes = {{box.name("v"), "/tmp/data"}};
  const auto id = box.run(spec);
  CHECK(box.exec(id, script::stat, {{"WHERE", "/tmp/data"}}).out == "1000:1001:750:directory\n");
  CHECK(box.exec(id, script::read, {{"WHERE", "/tmp/data/seed"}}).out == "from the image");
}

TEST_CASE("a fresh volume over nothing is root's") {
  Sandbox box;
  box.runtime.create_volume(box.name("v"), box.labels());
  auto spec = box.spec();
  spec.volumes = {{box.name("v"), "/nothing/here"}};
  const auto id = box.run(spec);
  CHECK(box.exec(id, script::stat, {{"WHERE", "/nothing/here"}}).out == "0:0:755:directory\n");
}

TEST_CASE("a volume outlives its container, and isn't removed with it") {
  Sandbox box;
  box.runtime.create_volume(box.name("v"), box.labels());
  auto spec = box.spec("a");
  spec.volumes = {{box.name("v"), "/data"}};
  auto id = box.run(spec);
  box.exec(id, script::write, {{"WHERE", "/data/f"}, {"WHAT", "kept"}});
  box.runtime.remove(id);

  spec.name = box.name("b");
  id = box.run(spec);
  CHECK(box.exec(id, script::read, {{"WHERE", "/data/f"}}).out == "kept");
}

TEST_CASE("a volume that is mounted read-only can be read, and written by nobody") {
  Sandbox box;
  box.runtime.create_volume(box.name("v"), box.labels());
  auto spec = box.spec("writer");
  spec.volumes = {{box.name("v"), "/data"}};
  const auto writer = box.run(spec);
  box.exec(writer, script::write, {{"WHERE", "/data/f"}, {"WHAT", "kept"}});

  spec.name = box.name("reader");
  spec.volumes.front().read_only = true;
  const auto reader = box.run(spec);
  CHECK(box.exec(reader, script::read, {{"WHERE", "/data/f"}}).out == "kept");
  for (const std::string path : {"/data/f", "/data/new"})
    CHECK(box.exec(reader, script::write, {{"WHERE", path}, {"WHAT", "other"}}).code != 0);
  // Who writes is seen at once.
  box.exec(writer, script::write, {{"WHERE", "/data/f"}, {"WHAT", "more"}});
  CHECK(box.exec(reader, script::read, {{"WHERE", "/data/f"}}).out == "more");
}

TEST_CASE("a new volume that is mounted read-only has the owner and the mode of its mount point") {
  Sandbox box;
  box.runtime.create_volume(box.name("v"), box.labels());
  auto spec = box.spec();
  spec.image = image_with_data(box);
  spec.volumes = {{box.name("v"), "/tmp/data", true}};
  const auto id = box.run(spec);
  CHECK(box.exec(id, script::stat, {{"WHERE", "/tmp/data"}}).out == "1000:1001:750:directory\n");
}

TEST_CASE("what is in a volume isn't committed") {
  Sandbox box;
  box.runtime.create_volume(box.name("v"), box.labels());
  auto spec = box.spec("a");
  spec.volumes = {{box.name("v"), "/data"}};
  auto id = box.run(spec);
  box.exec(id, script::write, {{"WHERE", "/data/f"}, {"WHAT", "x"}});
  CommitSpec commit;
  commit.name = box.image_name("c");
  commit.labels = box.labels();
  box.images.commit(id, commit);

  auto next = box.spec("b");
  next.image = commit.name;
  id = box.run(next);
  CHECK(box.exec(id, script::stat, {{"WHERE", "/data/f"}}).code == 1);
}

TEST_CASE("creating a volume again leaves it as it is") {
  Sandbox box;
  auto labels = box.labels();
  labels["io.pkgkiln.target"] = "first";
  box.runtime.create_volume(box.name("v"), labels);
  auto spec = box.spec();
  spec.volumes = {{box.name("v"), "/data"}};
  const auto id = box.run(spec);
  box.exec(id, script::write, {{"WHERE", "/data/f"}, {"WHAT", "kept"}});

  labels["io.pkgkiln.target"] = "second";
  CHECK_NOTHROW(box.runtime.create_volume(box.name("v"), labels));
  const auto listed = box.runtime.list_volumes(box.labels());
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].labels.at("io.pkgkiln.target") == "first");
  CHECK(box.exec(id, script::read, {{"WHERE", "/data/f"}}).out == "kept");
}

TEST_CASE("volumes are listed by their labels and removed for good") {
  Sandbox box;
  auto labels = box.labels();
  labels["io.pkgkiln.target"] = "one";
  box.runtime.create_volume(box.name("a"), labels);
  box.runtime.create_volume(box.name("b"), box.labels());
  CHECK(box.runtime.list_volumes(box.labels()).size() == 2);
  const auto listed = box.runtime.list_volumes(labels);
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].name == box.name("a"));

  box.runtime.remove_volume(box.name("a"));
  CHECK_NOTHROW(box.runtime.remove_volume(box.name("a")));
  CHECK_NOTHROW(box.runtime.remove_volume(box.name("never")));
  CHECK(box.runtime.list_volumes(box.labels()).size() == 1);
}
