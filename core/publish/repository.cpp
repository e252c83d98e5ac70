#include "core/publish/repository.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/package/package_name.hpp"

namespace pkgkiln {

std::string pacman_lines(const std::string& repository, const std::string& server, bool is_signed) {
  return fmt::format("[{}]\nSigLevel = {}\nServer = {}\n", repository,
                     is_signed ? "Required" : "Optional TrustAll", server);
}

bool is_ours(const Made& made, const std::string& file_name, const std::string& sha256) {
  const auto digests = made(file_name);
  return std::find(digests.begin(), digests.end(), sha256) != digests.end();
}

void check_replacement(const pacman::DatabaseEntry& there, const pacman::PackageArchive& package,
                       const Terms& terms, const std::string& repository,
                       const std::string& removal) {
  if (there.file_name == package.name.text() && there.sha256 == package.sha256) return;
  if (const auto refusal = terms.against(there))
    throw Unpublishable("cannot publish " + package.name.text() + " in '" + repository + "'")
        .because(refusal->why)
        .advise(refusal->advice);
  if (pacman::compare_versions(there.version, package.name.version) <= 0) return;
  const bool ours = is_ours(terms.made, there.file_name, there.sha256);
  if (terms.forced && ours) return;
  throw Unpublishable("cannot publish " + package.name.text() + " in '" + repository + "'")
      .because("it has " + there.pkgname + " " + there.version + ", which is newer" +
               (ours ? "" : ", and which no build of this state directory put there"))
      .advise("raise its epoch, if the version went back; or " +
              (ours ? "build the target with --force" : removal));
}

void Repository::withdraw(const OwnFile& file) {
  throw Error("cannot take " + file.file_name + " out of '" + name() + "'")
      .advise("remove it on the server");
}

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
