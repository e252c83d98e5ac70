#pragma once

#include <string>

#include "core/runtime/types.hpp"
#include "runtimes/shared/images.hpp"
#include "runtimes/shared/json.hpp"

/// Images in the Docker engine API's JSON; pure.
namespace pkgkiln::runtimes::docker {

ImageInfo image_from(const json::Value& inspect);

PullMessage pull_message_from(const json::Value& message);

}  // namespace pkgkiln::runtimes::docker
