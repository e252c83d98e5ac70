#include "runtimes/docker/docker_images.hpp"

#include "runtimes/docker/image_json.hpp"
#include "runtimes/shared/engine_json.hpp"

namespace pkgkiln::runtimes::docker {

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
