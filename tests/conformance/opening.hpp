#pragma once

#include <memory>
#include <string>

#include "runtimes/open_runtime.hpp"

namespace conformance {

/// "docker", "podman" or "fake": PKGKILN_TEST_RUNTIME. Throws when it is none of them.
std::string runtime_under_test();

/// A variable that the suite needs. Throws when it is missing: nothing is skipped.
std::string required(const char* variable);

/// The image that containers are made of, and the registry that it comes from.
pkgkiln::ImageRef base_image();

/// The Unix socket of the engine under test, a path. Throws for the fake, which has none.
std::string engine_socket();

/// The engine under test, opened once and for all tests.
pkgkiln::OpenedRuntime& engine();

/// Opens the implementation under test on another socket.
std::unique_ptr<pkgkiln::OpenedRuntime> open_at(const std::string& socket_path);

/// The fake engine, with its registry and the commands of the suite.
std::unique_ptr<pkgkiln::OpenedRuntime> open_fake();

}  // namespace conformance
