#pragma once

#include <span>

#include "config/keys.hpp"

namespace pkgkiln::config {

/// Those of [[repositories]] and [[targets]]: the end of keys().
std::span<const Key> keys_of_entries();

}  // namespace pkgkiln::config
