#include "core/builder/builder_image.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/secret.hpp"
#include "core/base/tar_writer.hpp"
#include "core/base/text.hpp"
#include "core/builder/layout.hpp"
#include "core/builder/script/script.hpp"
#include "core/package/tar_reader.hpp"
#include "core/runtime/waiting_container.hpp"

namespace pkgkiln {

namespace {

constexpr const char* kRepository = "localhost/pkgkiln-builder";

std::string value_of(const Labels& labels, const char* key) {
  const auto found = labels.find(key);
  return found == labels.end() ? std::string() : found->second;
}

constexpr std::uint64_t kLargestDatabase = std::uint64_t{64} << 20U;  // pacman loads twice that

/// A container that is never started, removed with this.
class TemporaryContainer {
 public:
  TemporaryContainer(ContainerRuntime& runtime, const ContainerSpec& spec)
      : runtime_(runtime), name_(spec.name) {
    runtime_.create(spec);
  }
  TemporaryContainer(const TemporaryContainer&) = delete;
  TemporaryContainer& operator=(const TemporaryContainer&) = delete;
  ~TemporaryContainer() {
    try {
      runtime_.remove(name_);
    } catch (const std::exception&) {  // the next run finds it by its labels
    }
  }

 private:
  ContainerRuntime& runtime_;
  std::string name_;
};

/// The content of a regular file in a container.
std::string copied_file(ContainerRuntime& runtime, const std::string& container,
                        const std::string& path, const Cancellation& cancel) {
  const TempDir directory;
  const auto tar = directory.path() / "tar";
  {
    const UniqueFd file(::open(tar.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) throw_errno("cannot write '" + tar.string() + "'");
    std::uint64_t size = 0;
    const auto write = [&](std::string_view bytes) {
      size += bytes.size();
      if (size > kLargestDatabase) throw Error(path + " is too long");
      write_all(file.get(), bytes, tar);
    };
    runtime.copy_out(container, path, write, cancel);
  }
  pacman::TarReader reader(tar, {.bytes = kLargestDatabase, .cancel = cancel});
  const auto entry = reader.next();
  if (!entry || !entry->regular) throw Error(path + " is no file in it");
  return reader.content(kLargestDatabase);
}

/// Identifies the base image's content. Images that were never pulled have no digest.
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

std::pair<std::string, std::string> BuilderImage::base_of(const std::string& image) const {
  const auto found = images_.inspect(image);
  if (!found) return {};
  return {value_of(found->labels, label::base_image), value_of(found->labels, label::base_digest)};
}

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

std::vector<Removable> BuilderImage::old() const {
  std::vector<Removable> result;
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
                                 const Cancellation& cancel, const Transferred& pulled) {
  const auto newest = current();
  if (newest && !force_refresh && is_fresh(*newest)) return newest->id;
  const auto base = pull_base(log, notice, cancel, pulled);
  const auto id = bootstrap(base, log, cancel);
  prune(id, notice);
  return id;
}

ImageInfo BuilderImage::pull_base(const Sink& log, const Sink& notice, const Cancellation& cancel,
                                  const Transferred& pulled) {
  const auto& base = settings_.recipe.base;
  if (base.registry != "localhost") {
    const auto log_line = [&log](std::string_view line) { log(std::string(line) + "\n"); };
    try {
      return images_.pull(base, log_line, pulled, cancel);
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
  exec.env.insert(settings_.proxies.begin(), settings_.proxies.end());
  PasswordMask mask(settings_.proxies);
  const int code = runtime_.exec(
      container, exec, [&](OutputStream, std::string_view output) { log(mask.pass(output)); },
      cancel);
  if (const auto rest = mask.rest(); !rest.empty()) log(rest);
  if (code != 0)
    throw Error("cannot make the builder image from '" + recipe.base.full() + "'")
        .because(fmt::format("its bootstrap ended with exit code {}", code))
        .advise("read its log; check [image] packages, pacman_conf and mirrorlist");
}

pacman::Distribution BuilderImage::distribution(const std::string& image,
                                                const std::filesystem::path& kept,
                                                const Cancellation& cancel) {
  if (auto known = pacman::Distribution::load(kept); known && known->image() == image)
    return *std::move(known);
  ContainerSpec spec;
  spec.name = "pkgkiln-databases-" + identity_.run;
  spec.image = image;
  spec.command = {"/bin/bash"};
  spec.labels = identity_.labels();
  try {
    const TemporaryContainer container(runtime_, spec);
    const TempDir directory;
    const auto paths = copied_file(runtime_, spec.name, builder::databases, cancel);
    std::string_view left = paths;
    std::vector<std::filesystem::path> databases;
    while (!left.empty()) {
      const std::filesystem::path path(take_until(left, '\n'));
      databases.push_back(directory.path() / path.filename());
      write_file_atomically(databases.back(),
                            copied_file(runtime_, spec.name, path.string(), cancel), 0600);
    }
    auto distribution = pacman::Distribution::read(image, databases, cancel);
    distribution.save(kept);
    return distribution;
  } catch (Error& error) {
    error.while_doing("cannot tell which packages the distribution has");
    error.advise("pkgkiln build --refresh-image");
    throw;
  }
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

std::string recipe_files_as_tar(const ImageRecipe& recipe) {
  std::string tar;
  TarWriter writer([&tar](std::string_view bytes) { tar += bytes; }, 0, 0);
  writer.directory("pkgkiln.conf");
  const auto add = [&writer](const char* name, const std::string& content) {
    if (content.empty()) return;
    writer.file(std::string("pkgkiln.conf/") + name, content.size(), false);
    writer.write(content);
  };
  add("pacman.conf", recipe.pacman_conf);
  add("makepkg.conf", recipe.makepkg_conf);
  add("mirrorlist", recipe.mirrorlist);
  writer.finish();
  return tar;
}

std::string ImageRecipe::hash() const {
  // Lengths between the parts, so that no two recipes give the same text.
  std::string text = script::bootstrap + std::to_string(builder::id);
  const auto add = [&text](const std::string& part) {
    text += '\n' + std::to_string(part.size()) + ':' + part;
  };
  add(std::to_string(packages.size()));
  for (const auto& package : packages) add(package);
  add(pacman_conf);
  add(makepkg_conf);
  add(mirrorlist);
  return sha256_of(text).substr(0, 16);
}

}  // namespace pkgkiln
