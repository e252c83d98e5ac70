#include "tests/conformance/failures.hpp"

#include "core/base/cancellation.hpp"
#include "core/runtime/errors.hpp"
#include "tests/catch.hpp"

namespace conformance {

using pkgkiln::RuntimeError;

namespace {

std::string name_of(RuntimeError::Kind kind) {
  switch (kind) {
    case RuntimeError::Kind::not_found:
      return "not_found";
    case RuntimeError::Kind::conflict:
      return "conflict";
    case RuntimeError::Kind::unreachable:
      return "unreachable";
    case RuntimeError::Kind::not_engine:
      return "not_engine";
    case RuntimeError::Kind::rejected:
      return "rejected";
    case RuntimeError::Kind::lost:
      return "lost";
    case RuntimeError::Kind::malformed:
      return "malformed";
  }
  return "unknown";
}

}  // namespace

std::string failure_of(const std::function<void()>& call) {
  try {
    call();
    return "not at all";
  } catch (const RuntimeError& error) {
    UNSCOPED_INFO(error.report());
    return name_of(error.kind());
  } catch (const pkgkiln::Cancelled&) {
    return "cancelled";
  }
}

}  // namespace conformance
