#pragma once

#include <string>
#include <vector>

#include "core/package/package_archive.hpp"
#include "core/publish/repository.hpp"
#include "core/vieter/server.hpp"
#include "core/vieter/stored.hpp"

namespace pkgkiln::vieter {

/// One repository of a server (of a seed: the only one, whatever it is called here). A file that
/// the server holds with other content is replaced, as servers do, save for the seed, which can't;
/// what it has already is not sent again. Every upload is read back.
class ServerRepository : public Repository {
 public:
  /// Throws Unpublishable for a name that the server keeps for itself.
  ServerRepository(std::string name, Server& server);

  const std::string& name() const override { return name_; }
  /// A package of arch `any` counts when it is in the machine's arch-repository or, while that
  /// doesn't exist, in another one.
  bool contains(const pacman::PackageFileName& file) override;
  /// By the database of the file's arch (of a package for `any`, of the machine's); by contains()
  /// where the server gives none.
  std::optional<ListedFile> listed(const pacman::PackageFileName& file) override;
  /// By the same database; without its desc.
  std::optional<pacman::DatabaseEntry> entry(const std::string& pkgname) override;
  Published publish(const std::vector<pacman::PackageArchive>& packages,
                    const Terms& terms = {}) override;
  /// Always by URL.
  std::optional<Offer> offer(const std::vector<std::string>& dependencies) override;
  void check() override;

 private:
  std::optional<ListedFile> ask(const pacman::PackageFileName& file);

  std::string name_;
  Server& server_;
  Lists lists_;
};

}  // namespace pkgkiln::vieter
