#include "runtimes/docker/image_json.hpp"

namespace pkgkiln::runtimes::docker {

ImageInfo image_from(const json::Value& inspect) {
  ImageInfo image;
  image.id = json::text(json::at(inspect, {"Id"}));
  image.names = json::text_list(json::at(inspect, {"RepoTags"}));
  image.digest = pulled_digest(json::text_list(json::at(inspect, {"RepoDigests"})));
  image.labels = json::text_map(json::at(inspect, {"Config", "Labels"}));
  image.created = time_from(json::text(json::at(inspect, {"Created"})));
  return image;
}

PullMessage pull_message_from(const json::Value& message) {
  PullMessage result;
  result.error = json::text(json::at(message, {"errorDetail", "message"}));
  if (result.error.empty()) result.error = json::text(json::at(message, {"error"}));
  result.line = json::text(json::at(message, {"status"}));
  // The figures of a running download come many times a second.
  if (!json::text(json::at(message, {"progress"})).empty()) result.line.clear();
  const auto id = json::text(json::at(message, {"id"}));
  if (!result.line.empty() && !id.empty()) result.line = id + ": " + result.line;
  return result;
}

}  // namespace pkgkiln::runtimes::docker
