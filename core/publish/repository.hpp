#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/pacman/package_archive.hpp"
#include "core/pacman/package_name.hpp"

namespace pkgkiln {

/// A package can't be published however often it is tried: a file of that name is published with
/// other content.
class PublishConflict : public ErrorKind<PublishConflict> {
  using ErrorKind::ErrorKind;
};

/// A place that pacman installs from. Thread-safe.
class Repository {
 public:
  virtual ~Repository() = default;

  virtual const std::string& name() const = 0;

  /// Whether this very file (name, version, arch; any compression) can be installed from it now.
  /// Throws Error when it can't be told.
  virtual bool contains(const pacman::PackageFileName& file) = 0;

  /// Publishes the packages of one build, all of them or (after an Error) as few as can be; each
  /// replaces other versions of the same pkgname. The same file with the same content again is no
  /// error and changes nothing. A file name that is published with other content is never
  /// overwritten: PublishConflict. Reads back what it wrote.
  virtual void publish(const std::vector<pacman::PackageArchive>& packages) = 0;

  /// Throws Error (with what to do) when nothing could be published: unwritable, unreachable.
  virtual void check() = 0;
};

/// By name.
using Repositories = std::map<std::string, std::unique_ptr<Repository>>;

}  // namespace pkgkiln
