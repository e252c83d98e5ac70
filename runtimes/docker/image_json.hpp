#pragma once

#include <string>

#include "core/runtime/types.hpp"
#include "runtimes/shared/json.hpp"

/// Images in the Docker engine API's JSON; pure.
namespace pkgkiln::runtimes::docker {

ImageInfo image_from(const json::Value& inspect);

/// The container config of a commit (`env` and `labels` whole: see committed_config).
std::string commit_body(const CommitSpec& spec);

/// One message of a pull's stream.
struct PullMessage {
  std::string line;   // for people; may be empty
  std::string error;  // empty: none
};
PullMessage pull_message_from(const json::Value& message);

}  // namespace pkgkiln::runtimes::docker
