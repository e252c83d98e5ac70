#pragma once

#include "config/settings.hpp"
#include "runtimes/open_runtime.hpp"

namespace pkgkiln::cli {

/// The engine that the settings choose. Throws Error with all that was tried.
std::unique_ptr<OpenedRuntime> open_engine(const config::Settings& settings);
/// The same, opened by the first call of its ports, which then throws that Error.
std::unique_ptr<OpenedRuntime> engine_when_needed(const config::Settings& settings);

}  // namespace pkgkiln::cli
