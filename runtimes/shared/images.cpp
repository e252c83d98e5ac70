#include "runtimes/shared/images.hpp"

#include <algorithm>
#include <utility>

#include "runtimes/shared/classification.hpp"
#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/engine_streams.hpp"
#include "runtimes/shared/json.hpp"
#include "runtimes/shared/registry_auth.hpp"
#include "runtimes/shared/values.hpp"

namespace pkgkiln::runtimes {

namespace {

using Kind = RuntimeError::Kind;

std::string image_path(const std::string& image) {
  return "/images/" + escape_path(image);
}

/// The same error, its kind read from the engine's words: the status may say anything.
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

/// What to do where the registry wants to know who asks.
RuntimeError with_login_advice(RuntimeError error, const ImageRef& ref, const RegistryAuth& auth) {
  const auto& causes = error.causes();
  const bool refused = std::any_of(causes.begin(), causes.end(),
                                   [](const std::string& cause) { return asks_for_login(cause); });
  if (!refused) return error;
  if (!auth.origin.empty())
    error.because("the credentials in '" + auth.origin + "' were sent along");
  error.advise("if it is private: podman login " + ref.registry +
               " (or docker login), as the user "
               "that runs pkgkiln");
  return error;
}

}  // namespace

std::string pull_reference(const ImageRef& ref) {
  return ref.name() + (ref.digest.empty() ? ":" + ref.tag : "@" + ref.digest);
}

ImageInfo pull_image(const EngineClient& client, const ImageRef& ref, net::Request request,
                     PullMessage (*read)(const json::Value& message), ImageReader image_from,
                     const Sink& progress, const Cancellation& cancel) {
  const std::string doing = "cannot pull the image '" + pull_reference(ref) + "'";
  std::string failure;
  LineSplitter lines([&](std::string_view line) {
    const auto json = json::parse(line);
    if (!json) return;
    const auto message = read(*json);
    if (!message.error.empty()) failure = one_line(message.error);
    if (!message.line.empty()) progress(one_line(message.line));
  });
  const auto auth = registry_auth(client.dialect().engine, ref, progress, cancel);
  if (!auth.header.empty()) request.headers.emplace_back("X-Registry-Auth", auth.header.reveal());
  try {
    // A layer may take long.
    client.stream_in_silence(
        doing, std::move(request), [&](std::string_view bytes) { lines.feed(bytes); }, cancel);
  } catch (const RuntimeError& error) {
    throw with_login_advice(by_words(error), ref, auth);
  }
  lines.finish();
  if (!failure.empty())
    throw with_login_advice(
        client.error(classify_pull(failure), doing, client.dialect().engine + ": " + failure), ref,
        auth);
  if (auto image = inspect_image(client, pull_reference(ref), image_from)) return *image;
  throw client.error(Kind::not_found, doing, "the pull succeeded, but the image isn't there");
}

std::string commit_body(const CommitSpec& spec) {
  return json::object([&](json::Writer& out) {
    out.Key("Entrypoint");  // an empty list, not null, replaces the container's
    json::write(out, std::vector<std::string>{});
    out.Key("Cmd");
    json::write(out, spec.command);
    out.Key("Env");
    json::write(out, assignments(spec.env));
    out.Key("User");
    out.String(spec.user.empty() ? "root" : spec.user);
    out.Key("WorkingDir");
    out.String(spec.working_dir.empty() ? "/" : spec.working_dir);
    out.Key("Labels");
    json::write(out, spec.labels);
  });
}

InheritedConfig inherited_config(const EngineClient& client, const std::string& doing,
                                 const std::string& container) {
  const auto inspect =
      require_json(client, doing, get("/containers/" + net::escape(container) + "/json"));
  const auto image = require_json(
      client, doing, get(image_path(json::text(json::at(inspect, {"Image"}))) + "/json"));
  const auto env_of = [](const json::Value& object) {
    return from_assignments(json::text_list(json::at(object, {"Config", "Env"})));
  };
  const auto labels_of = [](const json::Value& object) {
    return json::text_map(json::at(object, {"Config", "Labels"}));
  };
  return {env_of(inspect), env_of(image), labels_of(inspect), labels_of(image)};
}

std::optional<ImageInfo> inspect_image(const EngineClient& client, const std::string& image,
                                       ImageReader image_from) {
  const std::string doing = "cannot inspect the image '" + image + "'";
  const auto request = get(image_path(image) + "/json");
  const auto response = client.ask(doing, request);
  if (response.ok()) return image_from(parse_json(client, doing, response));
  if (client.kind_of(response) == Kind::not_found) return std::nullopt;
  throw client.refusal(doing, request, response);
}

void remove_image(const EngineClient& client, const std::string& image, ImageReader image_from) {
  const std::string doing = "cannot remove the image '" + image + "'";
  const auto found = inspect_image(client, image, image_from);
  if (!found) return;
  // An image of several names is not removed by its id.
  for (std::size_t i = 1; i < found->names.size(); ++i)
    request_unless(client, doing, remove(image_path(found->names[i])), {Kind::not_found});
  request_unless(client, doing, remove(image_path(found->id)), {Kind::not_found});
}

std::vector<ImageInfo> list_images(const EngineClient& client, const Labels& labels,
                                   ImageReader image_from) {
  // Podman 4.3 finds no image when it is asked for several labels: ask for one, look for the rest.
  const Labels one(labels.begin(), labels.empty() ? labels.end() : std::next(labels.begin()));
  const auto answer =
      require_json(client, "cannot list the images",
                   get("/images/json" + net::query({{"filters", json::label_filters(one)}})));
  std::vector<ImageInfo> images;
  if (!answer.IsArray()) return images;
  for (const auto& item : answer.GetArray())
    if (auto image = inspect_image(client, json::text(json::at(item, {"Id"})), image_from))
      images.push_back(std::move(*image));
  return only_labelled(std::move(images), labels);
}

}  // namespace pkgkiln::runtimes
