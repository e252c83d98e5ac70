#pragma once

#include <string>

#include "core/runtime/labels.hpp"
#include "core/runtime/types.hpp"

namespace pkgkiln {

/// Who makes things in an engine, for their labels.
struct RunIdentity {
  std::string instance;  // of the state directory
  std::string run;       // of this run

  Labels labels() const { return {{label::instance, instance}, {label::run, run}}; }
};

}  // namespace pkgkiln
