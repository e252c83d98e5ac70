#pragma once

#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/json.hpp"

namespace pkgkiln::runtimes {

/// The JSON of a 2xx answer; RuntimeError `malformed` when it is none.
json::Document require_json(const EngineClient& client, const std::string& doing,
                            const net::Request& request,
                            const Cancellation& cancel = Cancellation::never());

/// The JSON in the body of an answer already checked; `malformed` when it is none.
json::Document parse_json(const EngineClient& client, const std::string& doing,
                          const net::Response& response);

net::Request get(std::string target);
net::Request remove(std::string target);
net::Request post(std::string target, std::string json_body = {});

}  // namespace pkgkiln::runtimes
