#pragma once

#include "core/base/cancellation.hpp"

/// For what isn't to be interrupted.
inline const auto kNever = pkgkiln::Cancellation::never();
