#include "core/publish/repositories.hpp"

namespace pkgkiln {

void Repositories::add(std::unique_ptr<Repository> repository) {
  const std::lock_guard lock(mutex_);
  auto name = repository->name();
  known_.emplace(std::move(name), std::move(repository));
}

Repository& Repositories::at(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(name);
  if (found != known_.end()) return *found->second;
  if (!maker_) throw Error("no repository '" + name + "' is configured");
  return *known_.emplace(name, maker_(name)).first->second;
}

std::vector<Repository*> Repositories::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Repository*> result;
  for (const auto& [name, repository] : known_) result.push_back(repository.get());
  return result;
}

}  // namespace pkgkiln
