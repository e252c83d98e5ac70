// Images: pulling, committing, removing.

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/conformance/failures.hpp"
#include "tests/conformance/sandbox.hpp"

using namespace pkgkiln;
using namespace conformance;

namespace {

ImageInfo pull(Sandbox& box, const ImageRef& ref) {
  return box.images.pull(
      ref, [](std::string_view) {}, Cancellation::never());
}

CommitSpec commit_spec(const Sandbox& box, const std::string& what) {
  CommitSpec spec;
  spec.name = box.image_name(what);
  spec.labels = box.labels();
  return spec;
}

/// An engine that can't take a container's label away from its image leaves it empty.
Labels without_empty(Labels labels) {
  std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
  return labels;
}

}  // namespace

TEST_CASE("a pulled image is here, by its name and by its id") {
  Sandbox box;
  std::vector<std::string> lines;
  const auto ref = base_image();
  const auto image = box.images.pull(
      ref, [&](std::string_view line) { lines.emplace_back(line); }, Cancellation::never());
  CHECK_THAT(image.id, Catch::Matchers::StartsWith("sha256:"));
  CHECK_THAT(image.digest, Catch::Matchers::StartsWith("sha256:"));
  CHECK(std::count(image.names.begin(), image.names.end(), ref.full()) == 1);
  CHECK_FALSE(lines.empty());
  for (const auto& line : lines) CHECK(line.find('\n') == std::string::npos);

  for (const auto& key : {ref.full(), image.id}) {
    const auto inspected = box.images.inspect(key);
    REQUIRE(inspected);
    CHECK(inspected->id == image.id);
    CHECK(inspected->digest == image.digest);
  }
  CHECK(pull(box, ref).id == image.id);
}

TEST_CASE("a missing image and a missing tag are not found") {
  Sandbox box;
  auto ref = base_image();
  ref.tag = "no-such-tag";
  CHECK(failure_of([&] { pull(box, ref); }) == "not_found");
  CHECK_FALSE(box.images.inspect(ref.full()));
  ref = base_image();
  ref.repository = "library/no-such-image";
  CHECK(failure_of([&] { pull(box, ref); }) == "not_found");
  CHECK_FALSE(box.images.inspect(ref.full()));
}

TEST_CASE("a registry that doesn't answer is unreachable") {
  Sandbox box;
  auto ref = base_image();
  ref.registry = "127.0.0.1:1";
  CHECK(failure_of([&] { pull(box, ref); }) == "unreachable");
}

TEST_CASE("a pull can be cancelled") {
  Sandbox box;
  Cancellation cancel;
  cancel.request(0);
  CHECK(failure_of([&] {
          box.images.pull(
              base_image(), [](std::string_view) {}, cancel);
        }) == "cancelled");
}

TEST_CASE("an image that isn't here inspects as nothing") {
  Sandbox box;
  CHECK_FALSE(box.images.inspect(box.image_name("never")));
  CHECK_FALSE(box.images.inspect("sha256:" + std::string(64, '0')));
}

TEST_CASE("a committed image has the config that it was given and nothing else") {
  Sandbox box;
  auto from = box.spec("from");
  from.env = {{"FORGOTTEN", "secret"}, {"VALUE", "old"}};
  from.user = "nobody";
  from.working_dir = "/etc";
  from.labels["io.pkgkiln.target"] = "forgotten";
  const auto source = box.run(from);
  box.exec(source, script::write, {{"WHERE", "/tmp/made"}, {"WHAT", "before"}});

  auto spec = commit_spec(box, "made");
  spec.command = {"sleep", "601"};
  spec.env = {{"VALUE", "a 'b' \"c\" $HOME \\ ü"}};
  spec.user = "1000:1000";
  spec.working_dir = "/tmp";
  const auto image_id = box.images.commit(source, spec);
  const auto image = box.images.inspect(spec.name);
  REQUIRE(image);
  CHECK(image->id == image_id);
  CHECK(without_empty(image->labels) == spec.labels);
  CHECK(image->digest.empty());
  CHECK(std::chrono::system_clock::now() - image->created < std::chrono::minutes(5));

  ContainerSpec next;
  next.name = box.name("next");
  next.image = spec.name;
  next.labels = box.labels();
  const auto id = box.run(next);
  CHECK(box.exec(id, script::main_process).out == "sleep\n601\n");
  CHECK(box.exec(id, script::identity).out == "1000:1000 /tmp\n");
  CHECK(box.exec(id, script::variable, {{"NAME", "VALUE"}}).out == spec.env.at("VALUE") + "\n");
  CHECK_THAT(box.exec(id, script::variable, {{"NAME", "FORGOTTEN"}}).out,
             !Catch::Matchers::ContainsSubstring("secret"));
  CHECK(box.exec(id, script::read, {{"WHERE", "/tmp/made"}}).out == "before");
}

TEST_CASE("a variable with a line break is committed whole") {
  Sandbox box;
  auto spec = commit_spec(box, "lines");
  spec.env = {{"VALUE", "one\ntwo"}};
  box.images.commit(box.run(), spec);
  auto next = box.spec("next");
  next.image = spec.name;
  CHECK(box.exec(box.run(next), script::variable, {{"NAME", "VALUE"}}).out == "one\ntwo\n");
}

TEST_CASE("committing under a name again moves the name") {
  Sandbox box;
  const auto id = box.run();
  const auto spec = commit_spec(box, "a");
  const auto first = box.images.commit(id, spec);
  box.exec(id, script::write, {{"WHERE", "/tmp/new"}, {"WHAT", "x"}});
  const auto second = box.images.commit(id, spec);
  CHECK(first != second);
  REQUIRE(box.images.inspect(spec.name));
  CHECK(box.images.inspect(spec.name)->id == second);
  box.images.remove(first);
  CHECK(box.images.inspect(spec.name));
}

TEST_CASE("images are listed by their labels") {
  Sandbox box;
  const auto id = box.run();
  auto one = commit_spec(box, "one");
  one.labels["io.pkgkiln.base-digest"] = "sha256:1";
  box.exec(id, script::write, {{"WHERE", "/tmp/one"}, {"WHAT", "x"}});
  const auto first = box.images.commit(id, one);
  box.exec(id, script::write, {{"WHERE", "/tmp/two"}, {"WHAT", "x"}});
  box.images.commit(id, commit_spec(box, "two"));
  CHECK(box.images.list(box.labels()).size() == 2);
  const auto listed = box.images.list(one.labels);
  REQUIRE(listed.size() == 1);
  CHECK(listed[0].id == first);
  CHECK(listed[0].labels == one.labels);
  CHECK(listed[0].names == std::vector{one.name});
}

TEST_CASE("an image in use isn't removed; one that is gone is no error") {
  Sandbox box;
  const auto spec = commit_spec(box, "used");
  const auto image = box.images.commit(box.run(), spec);
  auto user = box.spec("user");
  user.image = spec.name;
  const auto id = box.run(user);
  CHECK(failure_of([&] { box.images.remove(spec.name); }) == "conflict");
  CHECK(failure_of([&] { box.images.remove(image); }) == "conflict");
  box.runtime.kill(id);
  CHECK(failure_of([&] { box.images.remove(image); }) == "conflict");
  CHECK(box.images.inspect(spec.name));

  box.runtime.remove(id);
  CHECK_NOTHROW(box.images.remove(image));
  CHECK_FALSE(box.images.inspect(spec.name));
  CHECK_NOTHROW(box.images.remove(image));
  CHECK_NOTHROW(box.images.remove(spec.name));
}

TEST_CASE("a container that isn't there can't be committed") {
  Sandbox box;
  CHECK(failure_of([&] { box.images.commit(box.name("never"), commit_spec(box, "x")); }) ==
        "not_found");
}
