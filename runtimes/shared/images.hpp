#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/runtime/image_ref.hpp"
#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/json.hpp"
#include "runtimes/shared/values.hpp"

/// The calls on images that both engines have under the same paths.
namespace pkgkiln::runtimes {

using ImageReader = ImageInfo (*)(const json::Value& inspect);

/// A commit packs all that the container changed, silently.
inline constexpr std::chrono::minutes kCommitPatience{15};

/// The one name to ask for: engines don't take a tag and a digest together.
std::string pull_reference(const ImageRef& ref);

/// One message of a pull's stream.
struct PullMessage {
  std::string line;   // for people; may be empty
  std::string error;  // empty: none
};

/// Sends a pull and reads its stream of JSON messages to the end, then looks for the image.
/// Errors are told apart by their words, wherever the engine put them.
ImageInfo pull_image(const EngineClient& client, const ImageRef& ref, net::Request request,
                     PullMessage (*read)(const json::Value& message), ImageReader image_from,
                     const Sink& progress, const Cancellation& cancel);

/// The config of a commit as both engines take it in its body; `env` and `labels` as
/// committed_config makes them. Pure.
std::string commit_body(const CommitSpec& spec);

/// What a commit of this container would keep: asks for the container and its image.
InheritedConfig inherited_config(const EngineClient& client, const std::string& doing,
                                 const std::string& container);

std::optional<ImageInfo> inspect_image(const EngineClient& client, const std::string& image,
                                       ImageReader image_from);
void remove_image(const EngineClient& client, const std::string& image, ImageReader image_from);
std::vector<ImageInfo> list_images(const EngineClient& client, const Labels& labels,
                                   ImageReader image_from);

}  // namespace pkgkiln::runtimes
