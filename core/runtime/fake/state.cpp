#include "core/runtime/fake/state.hpp"

#include <algorithm>

#include "core/base/digest.hpp"

namespace pkgkiln::fake {

void State::enter(Call call, const std::string& object) {
  calls.push_back({call, object});
  const auto waiting = faults.find(call);
  if (waiting == faults.end() || waiting->second.empty()) return;
  const RuntimeError error = waiting->second.front();
  waiting->second.pop_front();
  throw error;
}

std::string State::next_id(const std::string& kind) {
  return sha256_of(kind + " " + std::to_string(++made));
}

std::shared_ptr<Container> State::find_container(const std::string& container) const {
  if (const auto found = containers.find(container); found != containers.end())
    return found->second;
  for (const auto& [id, candidate] : containers)
    if (candidate->spec.name == container) return candidate;
  return nullptr;
}

std::shared_ptr<Container> State::container(const std::string& container) const {
  auto found = find_container(container);
  if (!found) throw not_found("container", container);
  return found;
}

const StoredImage* State::find_image(const std::string& image) const {
  if (const auto found = images.find(image); found != images.end()) return &found->second;
  for (const auto& [id, stored] : images)
    if (std::find(stored.info.names.begin(), stored.info.names.end(), image) !=
        stored.info.names.end())
      return &stored;
  return nullptr;
}

ImageInfo& State::store(const std::string& name, FakeImage image) {
  for (auto& [id, stored] : images) std::erase(stored.info.names, name);
  StoredImage made_image;
  made_image.info.id = "sha256:" + next_id("image");
  made_image.info.names = {name};
  made_image.info.labels = image.labels;
  made_image.info.created = std::chrono::system_clock::now();
  made_image.image = std::move(image);
  const auto id = made_image.info.id;
  return images.insert_or_assign(id, std::move(made_image)).first->second.info;
}

RuntimeError not_found(const std::string& what, const std::string& name) {
  return {RuntimeError::Kind::not_found, "no such " + what + ": '" + name + "'"};
}

RuntimeError conflict(const std::string& what_failed, const std::string& why) {
  RuntimeError error(RuntimeError::Kind::conflict, what_failed);
  error.because(why);
  return error;
}

bool has_all(const Labels& labels, const Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && found->second == label.second;
  });
}

}  // namespace pkgkiln::fake
