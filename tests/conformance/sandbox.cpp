#include "tests/conformance/sandbox.hpp"

#include <atomic>
#include <unistd.h>

#include "core/runtime/labels.hpp"
#include "tests/catch.hpp"

namespace conformance {

using namespace pkgkiln;

namespace {

std::string suite_id() {
  return "pkgkiln-conformance-" + std::to_string(::getpid());
}

std::string next_id() {
  static std::atomic<int> made = 0;
  return suite_id() + "-" + std::to_string(++made);
}

}  // namespace

Sandbox::Sandbox() : runtime(engine().runtime()), images(engine().images()), id_(next_id()) {}

Sandbox::~Sandbox() {
  CHECK_NOTHROW(remove_all());
  CHECK(everything_with(labels()) == std::vector<std::string>());
}

std::string Sandbox::image_name(const std::string& what) const {
  return "localhost/" + name(what) + ":1";
}

Labels Sandbox::labels() const {
  auto all = suite_labels();
  all[label::run] = id_;
  return all;
}

ContainerSpec Sandbox::spec(const std::string& what) const {
  ContainerSpec spec;
  spec.name = name(what);
  spec.image = base_image().full();
  spec.command = {"sleep", "600"};
  spec.user = "root";
  spec.labels = labels();
  return spec;
}

std::string Sandbox::run(const ContainerSpec& spec) {
  const auto id = runtime.create(spec).id;
  runtime.start(id);
  return id;
}

ExecSpec Sandbox::exec_spec(const Script& script, Variables variables) {
  ExecSpec spec;
  spec.command = script.command();
  spec.env = std::move(variables);
  return spec;
}

Result Sandbox::exec(const std::string& container, const ExecSpec& spec) {
  Result result;
  const auto collect = [&](OutputStream stream, std::string_view bytes) {
    (stream == OutputStream::out ? result.out : result.err) += bytes;
  };
  const auto deadline = Cancellation::Clock::now() + std::chrono::minutes(2);
  result.code =
      runtime.exec(container, spec, collect, Cancellation::never().with_deadline(deadline));
  return result;
}

void Sandbox::remove_all() {
  for (const auto& container : runtime.list(labels())) runtime.remove(container.id);
  for (const auto& network : runtime.list_networks(labels())) runtime.remove_network(network.name);
  for (const auto& volume : runtime.list_volumes(labels())) runtime.remove_volume(volume.name);
  for (const auto& image : images.list(labels())) images.remove(image.id);
}

Labels suite_labels() {
  return {{label::instance, suite_id()}};
}

std::vector<std::string> everything_with(const Labels& labels) {
  auto& runtime = engine().runtime();
  std::vector<std::string> found;
  for (const auto& container : runtime.list(labels)) found.push_back("container " + container.name);
  for (const auto& network : runtime.list_networks(labels))
    found.push_back("network " + network.name);
  for (const auto& volume : runtime.list_volumes(labels)) found.push_back("volume " + volume.name);
  for (const auto& image : engine().images().list(labels)) found.push_back("image " + image.id);
  return found;
}

}  // namespace conformance
