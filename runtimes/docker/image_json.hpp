#pragma once

#include <string>

#include "core/runtime/types.hpp"
#include "runtimes/shared/images.hpp"
#include "runtimes/shared/json.hpp"

/// Images in the Docker engine API's JSON; pure.
namespace pkgkiln::runtimes::docker {

ImageInfo image_from(const json::Value& inspect);

/// The container config of a commit ; `env` and `labels` as committed_config makes them.
std::string commit_body(const CommitSpec& spec);

PullMessage pull_message_from(const json::Value& message);

}  // namespace pkgkiln::runtimes::docker
