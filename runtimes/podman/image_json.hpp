#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/runtime/types.hpp"
#include "runtimes/shared/images.hpp"
#include "runtimes/shared/json.hpp"

/// Images in the libpod API's JSON; pure.
namespace pkgkiln::runtimes::podman {

/// Ids come without "sha256:" from libpod and leave here with it.
std::string image_id(std::string id);

ImageInfo image_from(const json::Value& inspect);

PullMessage pull_message_from(const json::Value& message);

/// The `changes` parameters of a commit: instructions of a Containerfile. A value is put in
/// double quotes, of which libpod takes away one pair, whatever stands between.
std::vector<std::pair<std::string, std::string>> commit_changes(const CommitSpec& spec);

}  // namespace pkgkiln::runtimes::podman
