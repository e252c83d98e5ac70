#pragma once

#include <filesystem>

#include "core/target/target_names.hpp"

namespace pkgkiln {

/// What the history in this state directory calls each target that was built or found there, read
/// without a lock and without changing anything. None when there is no history, or no sound one.
/// Throws Error when it can't be read: names would change.
RememberedNames remembered_names(const std::filesystem::path& state_dir);

}  // namespace pkgkiln
