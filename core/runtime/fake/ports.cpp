#include "core/runtime/fake/file_tree.hpp"
#include "core/runtime/fake/state.hpp"

namespace pkgkiln::fake {

namespace {

/// Fills in what the spec leaves to the image.
ContainerSpec completed(ContainerSpec spec, const FakeImage& image) {
  if (spec.command.empty()) spec.command = image.command;
  if (spec.user.empty()) spec.user = image.user;
  if (spec.working_dir.empty()) spec.working_dir = image.working_dir;
  spec.env.insert(image.env.begin(), image.env.end());
  return spec;
}

/// A fresh volume takes what the image has at its mount point.
void mount(const NodePtr& root, Volume& volume, const std::string& path) {
  if (!volume.files) {
    const auto below = find(root, path);
    volume.files = below && below->kind == Node::Kind::directory ? clone(below) : make_directory();
  }
  put(root, path, volume.files);
}

std::vector<std::string> apply_limits(Limits& limits, const State& state) {
  std::vector<std::string> warnings;
  if (limits.open_files.value_or(0) > state.max_open_files) {
    limits.open_files = state.max_open_files;
    warnings.push_back("the limit of open files is lowered to " +
                       std::to_string(state.max_open_files));
  }
  for (const auto& name : state.info.unenforceable_limits)
    if ((name == "memory" && limits.memory_bytes) || (name == "cpus" && limits.cpus) ||
        (name == "pids" && limits.pids))
      warnings.push_back("the limit of " + name + " is ignored");
  return warnings;
}

bool knows_user(const NodePtr& root, const std::string& user) {
  const auto name = user.substr(0, user.find(':'));
  if (name == "root" || name.find_first_not_of("0123456789") == std::string::npos) return true;
  const auto passwd = find(root, "/etc/passwd");
  return passwd && ("\n" + passwd->content).find("\n" + name + ":") != std::string::npos;
}

}  // namespace

RuntimeInfo ContainerPort::info() {
  const auto lock = state_.begin(Call::info, {});
  return state_.info;
}

CreatedContainer ContainerPort::create(const ContainerSpec& spec) {
  const auto lock = state_.begin(Call::create, spec.name);
  if (state_.find_container(spec.name))
    throw conflict("cannot create the container '" + spec.name + "'", "the name is taken");
  const auto* image = state_.find_image(spec.image);
  if (image == nullptr) throw not_found("image", spec.image);
  if (!spec.network.empty() && !state_.networks.contains(spec.network))
    throw not_found("network", spec.network);
  auto made = std::make_shared<Container>();
  made->image_id = image->info.id;
  made->spec = completed(spec, image->image);
  made->files = clone(image->image.files);
  for (const auto& wanted : spec.volumes) {
    const auto found = state_.volumes.find(wanted.volume);
    if (found == state_.volumes.end()) throw not_found("volume", wanted.volume);
    mount(made->files, found->second, wanted.path);
  }
  if (!spec.network.empty()) made->networks.insert(spec.network);
  made->id = state_.next_id("container");
  CreatedContainer created{made->id, apply_limits(made->spec.limits, state_)};
  state_.containers.emplace(made->id, std::move(made));
  return created;
}

void ContainerPort::start(const std::string& container) {
  const auto lock = state_.begin(Call::start, container);
  state_.container(container)->running = true;
}

int ContainerPort::exec(const std::string& container, const ExecSpec& spec,
                        const OutputSink& output, const Cancellation& cancel) {
  return play(Call::exec, container, spec, output, nullptr, cancel);
}

int ContainerPort::attend(const std::string& container, const ExecSpec& spec, Terminal& terminal,
                          const Cancellation& cancel) {
  const bool is_at_terminal = terminal.size().has_value();
  const auto show = [&](OutputStream stream, std::string_view bytes) {
    terminal.show(is_at_terminal ? OutputStream::out : stream, bytes);
  };
  return play(Call::attend, container, spec, show, &terminal, cancel);
}

int ContainerPort::play(Call kind, const std::string& container, const ExecSpec& spec,
                        const OutputSink& output, Terminal* terminal, const Cancellation& cancel) {
  auto lock = state_.begin(kind, container);
  const auto found = state_.container(container);
  if (!found->running)
    throw conflict("cannot run a command in '" + container + "'", "the container is not running");
  ExecCall call(state_, found, spec, output, cancel, terminal);
  if (!knows_user(found->files, call.user))
    throw RuntimeError(RuntimeError::Kind::rejected, "no such user: '" + call.user + "'");
  const auto handler = state_.on_exec;
  lock.unlock();
  cancel.check();
  const int code = handler ? handler(call) : 127;
  cancel.check();
  lock.lock();
  return found->running ? code : 137;
}

void ContainerPort::copy_in(const std::string& container, const std::string& path,
                            const Source& tar, const Cancellation& cancel) {
  const Source watched = [&](char* buffer, std::size_t size) {
    cancel.check();
    return tar(buffer, size);
  };
  auto lock = state_.begin(Call::copy_in, container);
  const auto found = state_.container(container);
  const auto directory = find(found->files, path);
  if (!directory || directory->kind != Node::Kind::directory) throw not_found("directory", path);
  lock.unlock();  // `tar` may call the engine
  const auto entries = read_entries(watched);
  lock.lock();
  unpack(directory, entries);
}

void ContainerPort::copy_out(const std::string& container, const std::string& path, const Sink& tar,
                             const Cancellation& cancel) {
  NodePtr copy;
  {
    const auto lock = state_.begin(Call::copy_out, container);
    const auto node = find(state_.container(container)->files, path, false);
    if (!node) throw not_found("path", path);
    copy = clone(node);
  }
  const Sink watched = [&](std::string_view bytes) {
    cancel.check();
    tar(bytes);
  };
  pack(copy, path.substr(path.rfind('/') + 1), watched);
}

Usage ContainerPort::usage(const std::string& container) {
  const auto lock = state_.begin(Call::usage, container);
  return state_.container(container)->usage;
}

void ContainerPort::kill(const std::string& container) {
  const auto lock = state_.begin(Call::kill, container);
  if (const auto found = state_.find_container(container)) found->running = false;
}

void ContainerPort::remove(const std::string& container) {
  const auto lock = state_.begin(Call::remove, container);
  const auto found = state_.find_container(container);
  if (!found) return;
  found->running = false;
  state_.containers.erase(found->id);
}

std::vector<ContainerSummary> ContainerPort::list(const Labels& labels) {
  const auto lock = state_.begin(Call::list, {});
  std::vector<ContainerSummary> found;
  for (const auto& [id, container] : state_.containers)
    if (has_all(container->spec.labels, labels))
      found.push_back({id, container->spec.name, container->spec.labels, container->running});
  return found;
}

std::vector<std::string> ContainerPort::networks_of(const std::string& container) {
  const auto lock = state_.begin(Call::networks_of, container);
  const auto& networks = state_.container(container)->networks;
  return {networks.begin(), networks.end()};
}

void ContainerPort::create_network(const std::string& name, const Labels& labels) {
  const auto lock = state_.begin(Call::create_network, name);
  if (!state_.networks.emplace(name, labels).second)
    throw conflict("cannot create the network '" + name + "'", "the name is taken");
}

void ContainerPort::disconnect(const std::string& container, const std::string& network) {
  const auto lock = state_.begin(Call::disconnect, container);
  if (const auto found = state_.find_container(container)) found->networks.erase(network);
}

void ContainerPort::remove_network(const std::string& name) {
  const auto lock = state_.begin(Call::remove_network, name);
  for (const auto& [id, container] : state_.containers)
    if (container->running && container->networks.contains(name))
      throw conflict("cannot remove the network '" + name + "'",
                     "the container '" + container->spec.name + "' is attached to it");
  state_.networks.erase(name);
}

std::vector<ResourceSummary> ContainerPort::list_networks(const Labels& labels) {
  const auto lock = state_.begin(Call::list_networks, {});
  std::vector<ResourceSummary> found;
  for (const auto& [name, its] : state_.networks)
    if (has_all(its, labels)) found.push_back({name, its});
  return found;
}

void ContainerPort::create_volume(const std::string& name, const Labels& labels) {
  const auto lock = state_.begin(Call::create_volume, name);
  state_.volumes.emplace(name, Volume{labels, nullptr});
}

void ContainerPort::remove_volume(const std::string& name) {
  const auto lock = state_.begin(Call::remove_volume, name);
  for (const auto& [id, container] : state_.containers)
    for (const auto& mounted : container->spec.volumes)
      if (mounted.volume == name)
        throw conflict("cannot remove the volume '" + name + "'",
                       "the container '" + container->spec.name + "' uses it");
  state_.volumes.erase(name);
}

std::vector<ResourceSummary> ContainerPort::list_volumes(const Labels& labels) {
  const auto lock = state_.begin(Call::list_volumes, {});
  std::vector<ResourceSummary> found;
  for (const auto& [name, volume] : state_.volumes)
    if (has_all(volume.labels, labels)) found.push_back({name, volume.labels});
  return found;
}

ImageInfo ImagePort::pull(const ImageRef& ref, const Sink& progress, const Transferred& transferred,
                          const Cancellation& cancel) {
  auto lock = state_.begin(Call::pull, ref.full());
  cancel.check();
  const auto registry = state_.registries.find(ref.registry);
  if (registry == state_.registries.end())
    throw RuntimeError(RuntimeError::Kind::unreachable, "cannot reach " + ref.registry);
  const auto served = registry->second.find(ref.full());
  if (served == registry->second.end()) throw not_found("image", ref.full());
  const auto [image, digest] = served->second;
  lock.unlock();  // `progress` may call the engine
  progress("Pulling " + ref.full());
  if (transferred) transferred(1, 1);
  lock.lock();
  if (const auto* here = state_.find_image(ref.full()); here && here->info.digest == digest)
    return here->info;
  auto& stored = state_.store(ref.full(), image);
  stored.digest = digest;
  return stored;
}

std::string ImagePort::commit(const std::string& container, const CommitSpec& spec) {
  const auto lock = state_.begin(Call::commit, container);
  const auto found = state_.container(container);
  auto files = clone(found->files);
  for (const auto& mounted : found->spec.volumes) put(files, mounted.path, make_directory());
  const FakeImage image{std::move(files), spec.labels, spec.command,
                        spec.env,         spec.user,   spec.working_dir};
  return state_.store(spec.name, image).id;
}

std::optional<ImageInfo> ImagePort::inspect(const std::string& image) {
  const auto lock = state_.begin(Call::inspect_image, image);
  const auto* found = state_.find_image(image);
  return found == nullptr ? std::nullopt : std::optional(found->info);
}

void ImagePort::remove(const std::string& image) {
  const auto lock = state_.begin(Call::remove_image, image);
  const auto* found = state_.find_image(image);
  if (found == nullptr) return;
  for (const auto& [id, container] : state_.containers)
    if (container->image_id == found->info.id)
      throw conflict("cannot remove the image '" + image + "'",
                     "the container '" + container->spec.name + "' uses it");
  state_.images.erase(std::string(found->info.id));
}

std::vector<ImageInfo> ImagePort::list(const Labels& labels) {
  const auto lock = state_.begin(Call::list_images, {});
  std::vector<ImageInfo> found;
  for (const auto& [id, stored] : state_.images)
    if (has_all(stored.info.labels, labels)) found.push_back(stored.info);
  return found;
}

}  // namespace pkgkiln::fake
