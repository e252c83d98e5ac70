#pragma once

#include <functional>
#include <string>

namespace conformance {

/// How a call fails: the name of the RuntimeError's kind, "cancelled", or "not at all". Other
/// exceptions come out.
std::string failure_of(const std::function<void()>& call);

}  // namespace conformance
