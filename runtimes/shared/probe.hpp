#pragma once

#include <string>

#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes {

/// The first question to a socket that may be anything: a short time, a small answer, and an
/// answer that isn't HTTP is RuntimeError `not_engine`.
net::Response probe(const EngineClient& client, const std::string& doing,
                    const std::string& target);

/// The error for an answer that no engine of this kind gives.
RuntimeError not_engine(const EngineClient& client, const std::string& doing,
                        const net::Response& response);

}  // namespace pkgkiln::runtimes
