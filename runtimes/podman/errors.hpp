#pragma once

#include <string_view>

#include "core/runtime/errors.hpp"

namespace pkgkiln::runtimes::podman {

/// What an answer of the libpod API means: by its status, except where libpod answers 500 to what
/// is no failure of its own, and only its words tell. Seen on 4.3 and 5.4.
RuntimeError::Kind classify(int status, std::string_view words);

}  // namespace pkgkiln::runtimes::podman
