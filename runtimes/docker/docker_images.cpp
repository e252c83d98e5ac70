#include "runtimes/docker/docker_images.hpp"

#include "runtimes/docker/image_json.hpp"
#include "runtimes/shared/classification.hpp"
#include "runtimes/shared/commit.hpp"
#include "runtimes/shared/engine_json.hpp"
#include "runtimes/shared/line_splitter.hpp"
#include "runtimes/shared/requests.hpp"

namespace pkgkiln::runtimes::docker {

namespace {

using Kind = RuntimeError::Kind;

std::string path_of(const std::string& image) {
  return "/images/" + escape_path(image);
}

net::Request pull_request(const ImageRef& ref) {
  auto request =
      post("/images/create" + net::query({{"fromImage", ref.name()},
                                          {"tag", ref.digest.empty() ? ref.tag : ref.digest}}));
  request.idle_timeout = std::chrono::milliseconds(0);  // a layer may take long to unpack
  return request;
}

}  // namespace

ImageInfo DockerImages::pull(const ImageRef& ref, const Sink& progress,
                             const Cancellation& cancel) {
  const std::string doing = "cannot pull the image '" + ref.full() + "'";
  std::string failure;
  LineSplitter lines([&](std::string_view line) {
    const auto message = json::parse(line);
    if (!message) return;
    const auto [text, error] = pull_message_from(*message);
    if (!error.empty()) failure = one_line(error);
    if (!text.empty()) progress(one_line(text));
  });
  try {
    engine_->stream(
        doing, pull_request(ref), [&](std::string_view bytes) { lines.feed(bytes); }, cancel);
  } catch (const RuntimeError& error) {
    throw_pull_refusal(error);
  }
  lines.finish();
  if (!failure.empty()) throw engine_->error(classify_pull(failure), doing, "docker: " + failure);
  if (auto image = inspect(ref.full())) return *image;
  throw engine_->error(Kind::not_found, doing, "the pull succeeded, but the image isn't there");
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
  const auto id = json::text(json::at(require_json(*engine_, doing, request), {"Id"}));
  if (id.empty()) throw engine_->error(Kind::malformed, doing, "the engine gave the image no id");
  return id;
}

std::optional<ImageInfo> DockerImages::inspect(const std::string& image) {
  const std::string doing = "cannot inspect the image '" + image + "'";
  const auto request = get(path_of(image) + "/json");
  const auto response = engine_->ask(doing, request);
  if (response.ok()) return image_from(parse_json(*engine_, doing, response));
  if (engine_->kind_of(response) == Kind::not_found) return std::nullopt;
  throw engine_->refusal(doing, request, response);
}

void DockerImages::remove(const std::string& image) {
  request_unless(*engine_, "cannot remove the image '" + image + "'",
                 runtimes::remove(path_of(image)), {Kind::not_found});
}

std::vector<ImageInfo> DockerImages::list(const Labels& labels) {
  const auto answer =
      require_json(*engine_, "cannot list the images",
                   get("/images/json" + net::query({{"filters", json::label_filters(labels)}})));
  std::vector<ImageInfo> images;
  if (!answer.IsArray()) return images;
  for (const auto& item : answer.GetArray())
    if (auto image = inspect(json::text(json::at(item, {"Id"})))) images.push_back(*image);
  return only_labelled(std::move(images), labels);
}

}  // namespace pkgkiln::runtimes::docker
