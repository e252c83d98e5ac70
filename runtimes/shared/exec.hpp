#pragma once

#include <string>

#include "core/base/cancellation.hpp"
#include "core/runtime/types.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes {

/// ContainerRuntime::exec by the three calls that both engines have: create, start with the
/// stream read to its end, inspect. libpod serves them with Docker's JSON.
int run_exec(const EngineClient& client, const std::string& container, const ExecSpec& spec,
             const OutputSink& output, const Cancellation& cancel);

/// The body of the create call; pure.
std::string exec_body(const ExecSpec& spec);

}  // namespace pkgkiln::runtimes
