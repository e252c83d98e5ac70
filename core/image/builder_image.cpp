#include "core/image/builder_image.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "core/build/builder.hpp"
#include "core/image/recipe_files.hpp"
#include "core/runtime/waiting_container.hpp"
#include "core/script/script.hpp"

namespace pkgkiln {

namespace {

constexpr const char* kRepository = "localhost/pkgkiln-builder";

std::string value_of(const Labels& labels, const char* key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string() : found->second;
}

/// What tells one content of the base image from another: images that were never pulled have no
/// digest.
std::string content_of(const ImageInfo& base) {
  return base.digest.empty() ? base.id : base.digest;
}

}  // namespace

BuilderImage::BuilderImage(ContainerRuntime& runtime, ImageStore& images, RunIdentity identity,
                           Settings settings)
    : runtime_(runtime),
      images_(images),
      identity_(std::move(identity)),
      settings_(std::move(settings)) {}

std::optional<ImageInfo> BuilderImage::current() const {
  auto fitting = images_.list({{label::instance, identity_.instance},
                               {label::base_image, settings_.recipe.base.full()},
                               {label::bootstrap_hash, settings_.recipe.hash()}});
  const auto newest = std::max_element(
      fitting.begin(), fitting.end(),
      [](const ImageInfo& left, const ImageInfo& right) { return left.created < right.created; });
  if (newest == fitting.end()) return std::nullopt;
  return *newest;
}

std::vector<Litter> BuilderImage::old() const {
  std::vector<Litter> result;
  const auto newest = current();
  for (const auto& image : images_.list({{label::instance, identity_.instance}}))
    if (!newest || image.id != newest->id)
      result.push_back({"the builder image " + (image.names.empty() ? image.id : image.names[0]),
                        std::nullopt, [&images = images_, id = image.id] { images.remove(id); }});
  return result;
}

bool BuilderImage::is_fresh(const ImageInfo& image) const {
  const auto age = std::chrono::system_clock::now() - image.created;
  if (age < std::chrono::seconds(0) || age >= settings_.refresh) return false;
  const auto base = images_.inspect(settings_.recipe.base.full());
  return !base || content_of(*base) == value_of(image.labels, label::base_digest);
}

std::string BuilderImage::ensure(bool force_refresh, const Sink& log, const Sink& notice,
                                 const Cancellation& cancel) {
  const auto newest = current();
  if (newest && !force_refresh && is_fresh(*newest)) return newest->id;
  const auto base = pull_base(log, notice, cancel);
  const auto id = bootstrap(base, log, cancel);
  prune(id, notice);
  return id;
}

ImageInfo BuilderImage::pull_base(const Sink& log, const Sink& notice, const Cancellation& cancel) {
  const auto& base = settings_.recipe.base;
  if (base.registry != "localhost") {
    try {
      return images_.pull(base, log, cancel);
    } catch (RuntimeError& error) {
      if (!images_.inspect(base.full())) {
        error.advise("check [image] base and that its registry can be reached from this host");
        error.while_doing("cannot pull the base image '" + base.full() + "'");
        throw;
      }
      notice(fmt::format("the base image is not up to date: {}", error.what()));
    }
  }
  if (auto local = images_.inspect(base.full())) return *local;
  throw RuntimeError(RuntimeError::Kind::not_found, "there is no base image '" + base.full() + "'")
      .because("images of the registry 'localhost' are never pulled")
      .advise("import it into the engine, or set [image] base to one that can be pulled");
}

std::string BuilderImage::bootstrap(const ImageInfo& base, const Sink& log,
                                    const Cancellation& cancel) {
  ContainerSpec spec;
  spec.name = "pkgkiln-bootstrap-" + identity_.run;
  spec.image = base.id;
  spec.labels = identity_.labels();
  spec.add_hosts = settings_.recipe.add_hosts;
  const auto bounded = cancel.with_deadline(Cancellation::Clock::now() + settings_.timeout);
  const auto warn = [&](std::string_view line) { log(fmt::format("warning: {}\n", line)); };
  WaitingContainer container(runtime_, spec, settings_.timeout + std::chrono::minutes(1), warn);
  run_bootstrap(container.name(), log, bounded);

  CommitSpec image;
  image.name = fmt::format("{}:{}-{}", kRepository, identity_.instance, identity_.run);
  // Not the run: a builder image outlives it, and is no leftover.
  image.labels = {{label::instance, identity_.instance},
                  {label::base_image, settings_.recipe.base.full()},
                  {label::base_digest, content_of(base)},
                  {label::bootstrap_hash, settings_.recipe.hash()}};
  image.command = {"/bin/bash"};
  image.env = {{"PATH", builder::path}, {"LANG", "C.UTF-8"}};
  image.user = "root";
  image.working_dir = "/";
  return commit(container.name(), image);
}

std::string BuilderImage::commit(const std::string& container, const CommitSpec& spec) {
  try {
    return images_.commit(container, spec);
  } catch (RuntimeError& error) {
    error.while_doing("cannot commit the builder image '" + spec.name + "'");
    throw;
  }
}

void BuilderImage::run_bootstrap(const std::string& container, const Sink& log,
                                 const Cancellation& cancel) {
  const auto& recipe = settings_.recipe;
  const std::string files = recipe_files_as_tar(recipe);
  std::size_t sent = 0;
  runtime_.copy_in(
      container, "/etc",
      [&](char* buffer, std::size_t size) {
        const auto part = files.copy(buffer, size, sent);
        sent += part;
        return part;
      },
      cancel);

  ExecSpec exec;
  exec.command = script::command(script::bootstrap, recipe.packages);
  exec.user = "root";
  exec.env = {
      {"PATH", builder::path}, {"LANG", "C.UTF-8"}, {"BUILDER_ID", std::to_string(builder::id)}};
  const int code = runtime_.exec(
      container, exec, [&](OutputStream, std::string_view output) { log(output); }, cancel);
  if (code != 0)
    throw Error("cannot make the builder image from '" + recipe.base.full() + "'")
        .because(fmt::format("its bootstrap ended with exit code {}", code))
        .advise("read its log; check [image] packages, pacman_conf and mirrorlist");
}

void BuilderImage::prune(const std::string& keep, const Sink& notice) {
  for (const auto& image : images_.list({{label::instance, identity_.instance}})) {
    if (image.id == keep) continue;
    try {
      images_.remove(image.id);
    } catch (const RuntimeError& error) {
      if (error.kind() != RuntimeError::Kind::conflict)
        notice(fmt::format("an old builder image stays: {}", error.what()));
    }
  }
}

}  // namespace pkgkiln
