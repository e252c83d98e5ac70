#include "core/publish/repositories.hpp"

namespace pkgkiln {

void Repositories::add(std::unique_ptr<Repository> repository, bool prune) {
  const std::lock_guard lock(mutex_);
  auto name = repository->name();
  if (prune) pruned_.insert(name);
  known_.emplace(std::move(name), std::move(repository));
}

Repository& Repositories::at(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(name);
  if (found != known_.end()) return *found->second;
  if (!maker_)
    throw Error("no repository '" + name + "' is configured")
        .advise("configure it again; or pkgkiln clean, which removes what waits for it");
  return *known_.emplace(name, maker_(name)).first->second;
}

bool Repositories::is_pruned(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return pruned_.contains(name);
}

bool Repositories::has(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return maker_ || known_.contains(name);
}

std::vector<Repository*> Repositories::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Repository*> result;
  for (const auto& [name, repository] : known_) result.push_back(repository.get());
  return result;
}

}  // namespace pkgkiln
