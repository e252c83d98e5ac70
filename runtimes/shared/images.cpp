#include "runtimes/shared/images.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>
#include <numeric>
#include <string_view>
#include <utility>

#include "core/base/text.hpp"
#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/engine_streams.hpp"
#include "runtimes/shared/json.hpp"
#include "runtimes/shared/registry_auth.hpp"
#include "runtimes/shared/values.hpp"

namespace pkgkiln::runtimes {

namespace {

using Kind = RuntimeError::Kind;

/// A commit packs all that the container changed, silently.
constexpr std::chrono::minutes kCommitTimeout{15};

// The first match counts. Network errors come before missing images: they may quote a URL with any
// words in it. Layers that can't be unpacked come first of all: their errors may end with
// "unexpected EOF" too.
constexpr std::array kPullMeanings = {
    Meaning{0, "processing tar file", Kind::rejected},
    Meaning{0, "failed to register layer", Kind::rejected},  // Docker 26 and later
    Meaning{0, "failed to extract layer", Kind::rejected},   // with containerd's store
    Meaning{0, "unpacking failed", Kind::rejected},
    Meaning{0, "adding layer with blob", Kind::rejected},  // Podman
    Meaning{0, "no such host", Kind::unreachable},
    Meaning{0, "connection refused", Kind::unreachable},
    Meaning{0, "connection reset", Kind::unreachable},
    Meaning{0, "no route to host", Kind::unreachable},
    Meaning{0, "network is unreachable", Kind::unreachable},
    Meaning{0, "i/o timeout", Kind::unreachable},
    Meaning{0, "tls handshake timeout", Kind::unreachable},
    Meaning{0, "deadline exceeded", Kind::unreachable},
    Meaning{0, "request canceled", Kind::unreachable},
    Meaning{0, "server misbehaving", Kind::unreachable},
    Meaning{0, "temporary failure in name resolution", Kind::unreachable},
    Meaning{0, "unexpected eof", Kind::unreachable},
    Meaning{0, ": eof", Kind::unreachable},
    Meaning{0, "server gave http response to https client", Kind::unreachable},
    Meaning{0, "x509:", Kind::unreachable},
    Meaning{0, "502 bad gateway", Kind::unreachable},
    Meaning{0, "503 service unavailable", Kind::unreachable},
    Meaning{0, "504 gateway", Kind::unreachable},
    Meaning{0, "toomanyrequests", Kind::unreachable},
    Meaning{0, "too many requests", Kind::unreachable},
    Meaning{0, "manifest unknown", Kind::not_found},
    Meaning{0, "name unknown", Kind::not_found},
    Meaning{0, "not found", Kind::not_found},
    Meaning{0, "no such image", Kind::not_found},
    Meaning{0, "repository does not exist", Kind::not_found},
    Meaning{0, "repository name not known", Kind::not_found},
    Meaning{0, "access to the resource is denied", Kind::not_found},
    Meaning{0, "access denied", Kind::not_found},
    Meaning{0, "unauthorized", Kind::not_found},
    Meaning{0, "authentication required", Kind::not_found},
    Meaning{0, "no basic auth credentials", Kind::not_found},
};

std::string image_path(const std::string& image) {
  return "/images/" + escape_path(image);
}

std::string image_id(std::string id) {
  if (!id.empty() && !id.starts_with("sha256:")) id.insert(0, "sha256:");
  return id;
}

bool has_any(const std::string& cause, std::initializer_list<std::string_view> clues) {
  const auto words = lower_case(cause);
  return std::any_of(clues.begin(), clues.end(),
                     [&](std::string_view clue) { return words.find(clue) != std::string::npos; });
}

/// Whether a registry says of a pull that it wants another login, or one at all.
bool asks_for_login(const std::string& cause) {
  return has_any(cause, {"unauthorized", "authentication required", "access denied", "is denied",
                         "no basic auth credentials"});
}

/// The same error with the kind that the engine's words tell: the status may say anything.
RuntimeError by_words(const RuntimeError& error) {
  const bool said_by_engine = error.kind() != Kind::lost && error.kind() != Kind::malformed &&
                              error.kind() != Kind::unreachable;
  if (!said_by_engine || error.causes().empty()) return error;
  const auto kind = classify_pull(error.causes().front());
  RuntimeError told(kind == Kind::rejected ? error.kind() : kind, error.what_failed());
  for (const auto& cause : error.causes()) told.because(cause);
  told.advise(error.advice());
  return told;
}

/// Adds what to do, as far as the engine's words tell.
RuntimeError with_advice(RuntimeError error, const ImageRef& ref, const RegistryAuth& auth) {
  const auto causes = error.causes();
  for (const auto& cause : causes)
    if (auto advice = pull_advice(cause); !advice.empty())
      return error.advise(std::move(advice));  // a proxy's words may be those of a registry, too
  if (std::none_of(causes.begin(), causes.end(), asks_for_login)) return error;
  if (!auth.origin.empty()) error.because("the credentials in '" + auth.origin + "' were sent");
  error.advise("if it is private: podman login " + ref.registry +
               " (or docker login), as the user that runs pkgkiln");
  return error;
}

}  // namespace

std::string pull_advice(const std::string& cause) {
  if (has_any(cause, {"insufficient uids or gids", "/etc/subuid"}))
    return "give the user that runs Podman 65536 ids that nobody has in /etc/subuid and "
           "/etc/subgid, as root: usermod --add-subuids 200000-265535 --add-subgids 200000-265535 "
           "USER; then podman system migrate as that user";
  if (has_any(cause, {"no space left", "disk quota exceeded"}))
    return "free space where the engine keeps its images: podman system prune, or docker system "
           "prune, removes what nothing uses";
  if (has_any(cause, {"proxyconnect", "proxy authentication required"}))
    return "check the proxy of the engine's service, which is not that of pkgkiln";
  if (has_any(cause, {"x509:"})) return "check the machine's clock and CA certificates";
  if (has_any(cause, {"http response to https client"}))
    return "the registry speaks no TLS: name it as insecure in Podman's registries.conf, or in "
           "Docker's daemon.json";
  return {};
}

bool PulledLayers::note(const PullMessage& message) {
  if (message.layer.empty()) return false;
  auto& layer = layers_[message.layer];
  if (message.total > 0 && !layer.is_whole) {
    layer.bytes = message.bytes;
    layer.total = message.total;
  }
  if (message.is_whole) {
    layer.bytes = layer.total;
    layer.is_whole = true;
  }
  return message.is_whole || message.total > 0;
}

std::uint64_t PulledLayers::bytes() const {
  return std::accumulate(
      layers_.begin(), layers_.end(), std::uint64_t{0},
      [](std::uint64_t sum, const auto& layer) { return sum + layer.second.bytes; });
}

std::uint64_t PulledLayers::total() const {
  std::uint64_t sum = 0;
  for (const auto& [id, layer] : layers_) {
    if (layer.total == 0 && !layer.is_whole) return 0;
    sum += layer.total;
  }
  return sum;
}

ImageInfo EngineImages::pull(const ImageRef& ref, const Sink& progress,
                             const Transferred& transferred, const Cancellation& cancel) {
  const std::string doing = "cannot pull the image '" + pull_reference(ref) + "'";
  std::string failure;
  PulledLayers layers;
  LineSplitter lines([&](std::string_view line) {
    const auto json = json::parse(line);
    if (!json) return;
    const auto message = pull_message(*json);
    if (!message.error.empty()) failure = one_line(message.error);
    if (!message.line.empty()) progress(one_line(message.line));
    if (layers.note(message) && transferred) transferred(layers.bytes(), layers.total());
  });
  const auto& name = engine_->dialect().engine;
  const auto auth = registry_auth(name, ref, progress, cancel);
  auto request = pull_request(ref);
  if (!auth.header.empty()) request.headers.emplace_back("X-Registry-Auth", auth.header.reveal());
  try {
    // A layer may take long.
    engine_->stream_in_silence(
        doing, std::move(request), [&](std::string_view bytes) { lines.feed(bytes); }, cancel);
  } catch (const RuntimeError& error) {
    throw with_advice(by_words(error), ref, auth);
  }
  lines.finish();
  if (!failure.empty())
    throw with_advice(engine_->error(classify_pull(failure), doing, name + ": " + failure), ref,
                      auth);
  if (auto image = inspect(pull_reference(ref))) return *image;
  throw engine_->error(Kind::not_found, doing, "the pull succeeded, but the image isn't there");
}

std::string EngineImages::commit(const std::string& container, const CommitSpec& spec) {
  const std::string doing = "cannot commit the container '" + container + "'";
  const auto ref = ImageRef::parse(spec.name);
  // Podman: a pause or a comment fails on rootless cgroups v1.
  auto request = commit_request(
      {{"container", container}, {"repo", ref.name()}, {"tag", ref.tag}, {"pause", "false"}},
      completed(doing, container, spec));
  request.idle_timeout = kCommitTimeout;
  auto id = image_id(json::text(require_json(*engine_, doing, request), {"Id"}));
  if (id.empty()) throw engine_->error(Kind::malformed, doing, "the engine gave the image no id");
  return id;
}

net::Request EngineImages::commit_request(const net::Headers& parameters,
                                          const CommitSpec& spec) const {
  return post("/commit" + net::query(parameters), commit_body(spec));
}

/// The spec, completed with blanks for what the commit would keep of the container's config.
CommitSpec EngineImages::completed(const std::string& doing, const std::string& container,
                                   const CommitSpec& spec) const {
  const auto inspect =
      require_json(*engine_, doing, get("/containers/" + net::escape(container) + "/json"));
  const auto image =
      require_json(*engine_, doing, get(image_path(json::text(inspect, {"Image"})) + "/json"));
  const auto env_of = [](const json::Value& object) {
    return from_assignments(json::text_list(object, {"Config", "Env"}));
  };
  const auto labels_of = [](const json::Value& object) {
    return json::text_map(object, {"Config", "Labels"});
  };
  return committed_config(spec,
                          {env_of(inspect), env_of(image), labels_of(inspect), labels_of(image)});
}

std::optional<ImageInfo> EngineImages::inspect(const std::string& image) {
  const std::string doing = "cannot inspect the image '" + image + "'";
  const auto request = get(image_path(image) + "/json");
  const auto response = engine_->ask(doing, request);
  if (response.ok()) return image_from(parse_json(*engine_, doing, response));
  if (engine_->kind_of(response) == Kind::not_found) return std::nullopt;
  throw engine_->refusal(doing, request, response);
}

void EngineImages::remove(const std::string& image) {
  const std::string doing = "cannot remove the image '" + image + "'";
  const auto found = inspect(image);
  if (!found) return;
  // An image of several names is not removed by its id.
  for (std::size_t i = 1; i < found->names.size(); ++i)
    request_unless(*engine_, doing, runtimes::remove(image_path(found->names[i])),
                   {Kind::not_found});
  request_unless(*engine_, doing, runtimes::remove(image_path(found->id)), {Kind::not_found});
}

std::vector<ImageInfo> EngineImages::list(const Labels& labels) {
  // Podman 4.3 finds no image when it is asked for several labels: ask for one, look for the rest.
  const Labels one(labels.begin(), labels.empty() ? labels.end() : std::next(labels.begin()));
  const auto answer =
      require_json(*engine_, "cannot list the images",
                   get("/images/json" + net::query({{"filters", json::label_filters(one)}})));
  std::vector<ImageInfo> images;
  if (!answer.IsArray()) return images;
  for (const auto& item : answer.GetArray())
    if (auto image = inspect(json::text(item, {"Id"}))) images.push_back(std::move(*image));
  return only_labelled(std::move(images), labels);
}

ImageInfo image_from(const json::Value& inspect) {
  ImageInfo image;
  image.id = image_id(json::text(inspect, {"Id"}));
  image.names = json::text_list(inspect, {"RepoTags"});
  image.digest = pulled_digest(json::text_list(inspect, {"RepoDigests"}),
                               json::text(inspect, {"Digest"}));  // libpod's alone
  image.labels = json::text_map(inspect, {"Config", "Labels"});
  image.created = time_from(json::text(inspect, {"Created"}));
  return image;
}

std::string pull_reference(const ImageRef& ref) {
  return ref.name() + (ref.digest.empty() ? ":" + ref.tag : "@" + ref.digest);
}

RuntimeError::Kind classify_pull(std::string_view words) {
  return classify_by(kPullMeanings, 0, words);
}

std::string commit_body(const CommitSpec& spec) {
  return json::object([&](json::Writer& out) {
    // An empty list, not null, replaces the container's.
    json::member(out, "Entrypoint", std::vector<std::string>{});
    json::member(out, "Cmd", spec.command);
    json::member(out, "Env", assignments(spec.env));
    json::member(out, "User", spec.user.empty() ? "root" : spec.user);
    json::member(out, "WorkingDir", spec.working_dir.empty() ? "/" : spec.working_dir);
    json::member(out, "Labels", spec.labels);
  });
}

}  // namespace pkgkiln::runtimes
