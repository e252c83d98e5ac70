#include "tests/conformance/opening.hpp"

#include <cstdlib>
#include <stdexcept>

namespace conformance {

using namespace pkgkiln;

std::string required(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || *value == '\0')
    throw std::runtime_error(std::string(variable) + " must be set for these tests");
  return value;
}

std::string runtime_under_test() {
  const auto name = required("PKGKILN_TEST_RUNTIME");
  if (name != "docker" && name != "podman" && name != "fake")
    throw std::runtime_error("PKGKILN_TEST_RUNTIME is '" + name + "', not docker, podman or fake");
  return name;
}

ImageRef base_image() {
  if (runtime_under_test() == "fake") return ImageRef::parse("registry.test/base:latest");
  return ImageRef::parse(required("PKGKILN_TEST_BASE_IMAGE"));
}

std::string engine_socket() {
  const auto name = runtime_under_test();
  if (name == "fake") throw std::runtime_error("the fake has no socket: leave out its [engine]");
  const auto socket =
      required(name == "docker" ? "PKGKILN_TEST_DOCKER_SOCKET" : "PKGKILN_TEST_PODMAN_SOCKET");
  return parse_socket(socket);
}

OpenedRuntime& engine() {
  static const auto opened = [] {
    auto made = runtime_under_test() == "fake" ? open_fake() : open_at(engine_socket());
    if (!made->images().inspect(base_image().full()))
      made->images().pull(
          base_image(), [](std::string_view) {}, Cancellation::never());
    return made;
  }();
  return *opened;
}

std::unique_ptr<OpenedRuntime> open_at(const std::string& socket_path) {
  return open_runtime(RuntimeChoice{runtime_under_test(), socket_path});
}

}  // namespace conformance
