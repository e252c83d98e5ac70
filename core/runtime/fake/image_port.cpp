#include "core/runtime/fake/image_port.hpp"

#include "core/runtime/fake/state.hpp"

namespace pkgkiln::fake {

ImageInfo ImagePort::pull(const ImageRef& ref, const Sink& progress, const Cancellation& cancel) {
  std::unique_lock lock(state_.mutex);
  state_.enter(Call::pull, ref.full());
  cancel.check();
  const auto registry = state_.registries.find(ref.registry);
  if (registry == state_.registries.end())
    throw RuntimeError(RuntimeError::Kind::unreachable, "cannot reach " + ref.registry);
  const auto served = registry->second.find(ref.full());
  if (served == registry->second.end()) throw not_found("image", ref.full());
  const auto [image, digest] = served->second;
  lock.unlock();  // `progress` may call the engine
  progress("Pulling " + ref.full());
  lock.lock();
  if (const auto* here = state_.find_image(ref.full()); here && here->info.digest == digest)
    return here->info;
  auto& stored = state_.store(ref.full(), image);
  stored.digest = digest;
  return stored;
}

std::string ImagePort::commit(const std::string& container, const CommitSpec& spec) {
  const std::lock_guard lock(state_.mutex);
  state_.enter(Call::commit, container);
  const auto found = state_.container(container);
  auto files = clone(found->files);
  for (const auto& mounted : found->spec.volumes) put(files, mounted.path, make_directory());
  const FakeImage image{std::move(files), spec.labels, spec.command,
                        spec.env,         spec.user,   spec.working_dir};
  return state_.store(spec.name, image).id;
}

std::optional<ImageInfo> ImagePort::inspect(const std::string& image) {
  const std::lock_guard lock(state_.mutex);
  state_.enter(Call::inspect_image, image);
  const auto* found = state_.find_image(image);
  return found == nullptr ? std::nullopt : std::optional(found->info);
}

void ImagePort::remove(const std::string& image) {
  const std::lock_guard lock(state_.mutex);
  state_.enter(Call::remove_image, image);
  const auto* found = state_.find_image(image);
  if (found == nullptr) return;
  for (const auto& [id, container] : state_.containers)
    if (container->image_id == found->info.id)
      throw conflict("cannot remove the image '" + image + "'",
                     "the container '" + container->spec.name + "' uses it");
  state_.images.erase(std::string(found->info.id));
}

std::vector<ImageInfo> ImagePort::list(const Labels& labels) {
  const std::lock_guard lock(state_.mutex);
  state_.enter(Call::list_images, {});
  std::vector<ImageInfo> found;
  for (const auto& [id, stored] : state_.images)
    if (has_all(stored.info.labels, labels)) found.push_back(stored.info);
  return found;
}

}  // namespace pkgkiln::fake
