#include "runtimes/podman/image_json.hpp"

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

}  // namespace pkgkiln::runtimes::podman
