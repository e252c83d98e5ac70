#include "core/publish/needed_entries.hpp"

#include "core/pacman/database_text.hpp"
#include "core/pacman/providers.hpp"

namespace pkgkiln {

pacman::RepositoryDatabase needed_entries(const pacman::RepositoryDatabase& database,
                                          const std::vector<std::string>& dependencies) {
  pacman::Providers providers;
  std::vector<const pacman::DatabaseEntry*> entries;
  for (const auto& [pkgname, entry] : database.entries()) {
    providers.add(entries.size(), {pkgname, entry.version, entry.provides, false});
    entries.push_back(&entry);
  }
  pacman::RepositoryDatabase needed;
  auto open = dependencies;
  while (!open.empty()) {
    const auto owner = providers.find(pacman::Dependency::parse(open.back()));
    open.pop_back();
    if (!owner || needed.find(entries[*owner]->pkgname) != nullptr) continue;
    const auto& entry = *entries[*owner];
    needed.put(entry);
    for (auto& next : pacman::desc_values(entry.desc, "DEPENDS")) open.push_back(std::move(next));
  }
  return needed;
}

}  // namespace pkgkiln
