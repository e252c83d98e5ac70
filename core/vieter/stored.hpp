#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/package/package_name.hpp"
#include "core/publish/repository.hpp"
#include "core/repodb/repository_database.hpp"
#include "core/vieter/server.hpp"

namespace pkgkiln::vieter {

/// What a server holds of one repository. The seed has one flat folder, later versions
/// /<repo>/<arch>/ with the desc of each package.
class Stored {
 public:
  Stored(Server& server, std::string repository, Purpose purpose = Purpose::question)
      : server_(server), repository_(std::move(repository)), purpose_(purpose) {}

  /// What the server tells of the package; nothing when it doesn't have it. Of the seed only that
  /// it is there. Throws Error when that can't be told: an answer counts only if it is about the
  /// package, as servers that are ill answer everything with a page.
  std::optional<ListedFile> find(const pacman::PackageFileName& file);
  /// The sha256 of the package's content, as far as the server has it.
  std::optional<std::string> sha256(const pacman::PackageFileName& file);
  /// The database, by facts, that lists what a publication of this file would replace, as it is
  /// now; nothing while there is none. Throws Error when it can't be had or read.
  std::optional<pacman::RepositoryDatabase> database_of(const pacman::PackageFileName& file);

 private:
  bool exists(const std::string& target);
  std::optional<ListedFile> described(const std::string& arch, const pacman::PackageFileName& file);
  std::optional<ListedFile> in_database(const std::string& arch,
                                        const pacman::PackageFileName& file);
  std::optional<pacman::RepositoryDatabase> database(const std::string& arch);
  std::optional<std::string> find_flat(const pacman::PackageFileName& file);
  std::optional<std::string> sha256_of_file(const std::string& target);

  Server& server_;
  std::string repository_;
  Purpose purpose_;
};

/// The databases of one repository. Each is asked for once, when it is first needed, and kept;
/// who needs it meanwhile waits. Thread-safe.
class Lists {
 public:
  Lists(Server& server, std::string repository)
      : server_(server), repository_(std::move(repository)) {}

  /// The database that would list the file, by facts; nothing when there is none, or none that
  /// could be had and read. It lives as long as this. Throws Cancelled.
  const pacman::RepositoryDatabase* covering(const pacman::PackageFileName& file);

 private:
  struct List {
    std::mutex mutex;
    bool asked = false;
    std::optional<pacman::RepositoryDatabase> database;
  };

  std::string target_for(const pacman::PackageFileName& file);
  List& list(const std::string& target);
  std::optional<pacman::RepositoryDatabase> ask(const std::string& target);

  Server& server_;
  std::string repository_;
  std::mutex mutex_;
  std::map<std::string, List> lists_;
};

}  // namespace pkgkiln::vieter
