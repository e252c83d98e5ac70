#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "core/package/package_name.hpp"
#include "core/repodb/repository_database.hpp"
#include "core/vieter/server.hpp"

namespace pkgkiln::vieter {

/// All that the seed has is one repository of that name, with the packages of all arches.
inline constexpr const char* kSeedDatabase = "/vieter.db";

/// Asks for a database, which is read by facts; nothing when there is none. For a publication it
/// is asked for again when it can't be read: the server may just be writing it. Throws Error.
std::optional<pacman::RepositoryDatabase> download_database(Server& server,
                                                            const std::string& target,
                                                            Purpose purpose);

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
