#pragma once

#include <string>

#include "core/base/cancellation.hpp"
#include "core/base/stream.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes {

/// ContainerRuntime::copy_in and copy_out by the archive call that both engines have. The target
/// directory is asked for first: libpod would make a missing one, and Docker's refusal could be
/// lost while the tar is still being sent.
void copy_in(const EngineClient& client, const std::string& container, const std::string& path,
             const Source& tar, const Cancellation& cancel);
void copy_out(const EngineClient& client, const std::string& container, const std::string& path,
              const Sink& tar, const Cancellation& cancel);

}  // namespace pkgkiln::runtimes
