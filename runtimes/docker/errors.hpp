#pragma once

#include <string_view>

#include "core/runtime/errors.hpp"

namespace pkgkiln::runtimes::docker {

/// What an answer of the Docker engine means: by its status, except where Docker uses one status
/// for several things and only its words tell them apart. Seen on 20.10 and later ones.
RuntimeError::Kind classify(int status, std::string_view words);

}  // namespace pkgkiln::runtimes::docker
