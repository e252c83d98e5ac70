#pragma once

#include "core/base/cancellation.hpp"

/// For calls that no test interrupts.
inline const auto kNever = pkgkiln::Cancellation::never();
