#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/base/stream.hpp"
#include "core/pacman/package_archive.hpp"
#include "core/pacman/package_name.hpp"

namespace pkgkiln {

/// A package can't be published in this repository however often it is tried: a file of that name
/// is there with other content and can't be replaced, or it is larger than the repository takes.
class Unpublishable : public ErrorKind<Unpublishable> {
  using ErrorKind::ErrorKind;
};

/// The directory in the tar of Offer::files.
inline constexpr const char* kOfferedDirectory = "pkgkiln-repository";

/// How a build container installs packages from a repository. What it names stays there as long
/// as this lives, if the repository can see to that: publications wait meanwhile, so don't keep it.
struct Offer {
  std::string section;  // [section] of pacman.conf(5), and <section>.db
  /// For "Server =", as the container reaches it. It may not answer, or hold no database (yet).
  std::string url;
  /// Without `url`: writes a tar of kOfferedDirectory, all root's, with <section>.db and the
  /// package files that it names.
  std::function<void(const Sink& tar, const Cancellation& cancel)> files;
};

/// What a repository lists of a file.
struct ListedFile {
  std::string sha256;  // empty: not known
};

/// A place that pacman installs from. Thread-safe.
class Repository {
 public:
  virtual ~Repository() = default;

  virtual const std::string& name() const = 0;

  /// Whether this very file (name, version, arch; any compression) can be installed from it now.
  /// Throws Error when it can't be told.
  virtual bool contains(const pacman::PackageFileName& file) = 0;

  /// The same, by what the repository listed when it was first asked in this run where it has
  /// lists: for questions about many files. Throws Error when it can't be told.
  virtual std::optional<ListedFile> listed(const pacman::PackageFileName& file) {
    return contains(file) ? std::optional(ListedFile{}) : std::nullopt;
  }

  /// Publishes the packages of one build, all of them or (after an Error) as few as can be; each
  /// replaces other versions of the same pkgname. The same file with the same content again is no
  /// error and changes nothing. What can never be published is Unpublishable. Reads back what it
  /// wrote.
  virtual void publish(const std::vector<pacman::PackageArchive>& packages) = 0;

  /// How a container installs what of these dependencies ("foo>=2") the repository has, with all
  /// that they depend on in turn; nothing when it surely has none of them.
  virtual std::optional<Offer> offer(const std::vector<std::string>& dependencies) = 0;

  /// Throws Error (with what to do) when nothing could be published: unwritable, unreachable.
  virtual void check() = 0;
};

}  // namespace pkgkiln
