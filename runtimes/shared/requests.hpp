#pragma once

#include <initializer_list>
#include <string>

#include "core/runtime/types.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes {

/// Asks for something that may be done already: an answer of one of the kinds in `done` is as
/// good as success.
void request_unless(const EngineClient& client, const std::string& doing,
                    const net::Request& request, std::initializer_list<RuntimeError::Kind> done);

/// Deletes a container until it is gone, also when somebody else is at it already.
void remove_until_gone(const EngineClient& client, const std::string& doing,
                       const net::Request& request);

}  // namespace pkgkiln::runtimes
