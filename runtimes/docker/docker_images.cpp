#include "runtimes/docker/docker_images.hpp"

#include "runtimes/shared/json.hpp"

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

ImageInfo DockerImages::pull(const ImageRef& ref, const Sink& progress,
                             const Cancellation& cancel) {
  const net::Headers parameters = {{"fromImage", ref.name()},
                                   {"tag", ref.digest.empty() ? ref.tag : ref.digest}};
  return pull_image(*engine_, ref, post("/images/create" + net::query(parameters)),
                    &pull_message_from, &image_from, progress, cancel);
}

std::string DockerImages::commit(const std::string& container, const CommitSpec& spec) {
  const std::string doing = "cannot commit the container '" + container + "'";
  const auto whole = committed_config(spec, inherited_config(*engine_, doing, container));
  const auto ref = ImageRef::parse(spec.name);
  auto request = post("/commit" + net::query({{"container", container},
                                              {"repo", ref.name()},
                                              {"tag", ref.tag},
                                              {"pause", "false"}}),
                      commit_body(whole));
  request.idle_timeout = kCommitPatience;
  auto id = json::text(json::at(require_json(*engine_, doing, request), {"Id"}));
  if (id.empty())
    throw engine_->error(RuntimeError::Kind::malformed, doing, "the engine gave the image no id");
  return id;
}

std::optional<ImageInfo> DockerImages::inspect(const std::string& image) {
  return inspect_image(*engine_, image, &image_from);
}

void DockerImages::remove(const std::string& image) {
  remove_image(*engine_, image, &image_from);
}

std::vector<ImageInfo> DockerImages::list(const Labels& labels) {
  return list_images(*engine_, labels, &image_from);
}

}  // namespace pkgkiln::runtimes::docker
