#include "runtimes/podman/podman_images.hpp"

#include "runtimes/podman/connection.hpp"
#include "runtimes/shared/json.hpp"

namespace pkgkiln::runtimes::podman {

namespace {

std::string json_list(const std::vector<std::string>& list) {
  rapidjson::StringBuffer buffer;
  json::Writer out(buffer);
  json::write(out, list);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::string image_id(std::string id) {
  if (!id.empty() && !id.starts_with("sha256:")) id.insert(0, "sha256:");
  return id;
}

ImageInfo image_from(const json::Value& inspect) {
  ImageInfo image;
  image.id = image_id(json::text(json::at(inspect, {"Id"})));
  image.names = json::text_list(json::at(inspect, {"RepoTags"}));
  image.digest = pulled_digest(json::text_list(json::at(inspect, {"RepoDigests"})),
                               json::text(json::at(inspect, {"Digest"})));
  image.labels = json::text_map(json::at(inspect, {"Config", "Labels"}));
  image.created = time_from(json::text(json::at(inspect, {"Created"})));
  return image;
}

PullMessage pull_message_from(const json::Value& message) {
  return {json::text(json::at(message, {"stream"})), json::text(json::at(message, {"error"}))};
}

std::vector<std::pair<std::string, std::string>> commit_changes(const CommitSpec& spec) {
  std::vector<std::pair<std::string, std::string>> changes;
  const auto add = [&](const std::string& instruction) {
    changes.emplace_back("changes", instruction);
  };
  add("CMD " + json_list(spec.command));
  for (const auto& [name, value] : spec.env) add("ENV " + name + "=\"" + value + "\"");
  for (const auto& [key, value] : spec.labels) add("LABEL " + key + "=\"" + value + "\"");
  add("USER " + (spec.user.empty() ? "root" : spec.user));
  add("WORKDIR " + (spec.working_dir.empty() ? "/" : spec.working_dir));
  return changes;
}

ImageInfo PodmanImages::pull(const ImageRef& ref, const Sink& progress,
                             const Cancellation& cancel) {
  return pull_image(*engine_, ref,
                    post("/images/pull" + net::query({{"reference", pull_reference(ref)}})),
                    &pull_message_from, &image_from, progress, cancel);
}

std::string PodmanImages::commit(const std::string& container, const CommitSpec& spec) {
  const std::string doing = "cannot commit the container '" + container + "'";
  const auto whole = committed_config(spec, inherited_config(*engine_, doing, container));
  const auto ref = ImageRef::parse(spec.name);
  // A pause or a comment fails on rootless cgroups v1.
  net::Headers parameters = {
      {"container", container}, {"repo", ref.name()}, {"tag", ref.tag}, {"pause", "false"}};
  // Newer ones read `changes` with another parser, which alters quotes, '$' and line breaks; older
  // ones don't look at the body.
  std::string config;
  if (takes_commit_config(engine_->dialect().version))
    config = commit_body(whole);
  else
    for (auto& change : commit_changes(whole)) parameters.push_back(std::move(change));
  auto request = post("/commit" + net::query(parameters), config);
  request.idle_timeout = kCommitPatience;
  auto id = image_id(json::text(json::at(require_json(*engine_, doing, request), {"Id"})));
  if (id.empty())
    throw engine_->error(RuntimeError::Kind::malformed, doing, "the engine gave the image no id");
  return id;
}

std::optional<ImageInfo> PodmanImages::inspect(const std::string& image) {
  return inspect_image(*engine_, image, &image_from);
}

void PodmanImages::remove(const std::string& image) {
  remove_image(*engine_, image, &image_from);
}

std::vector<ImageInfo> PodmanImages::list(const Labels& labels) {
  return list_images(*engine_, labels, &image_from);
}

}  // namespace pkgkiln::runtimes::podman
