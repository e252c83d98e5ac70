#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/base/removable.hpp"
#include "core/base/stream.hpp"
#include "core/package/package_archive.hpp"
#include "core/package/package_name.hpp"
#include "core/repodb/repository_database.hpp"

namespace pkgkiln {

/// A package can't be published in this repository however often it is tried, until somebody
/// changes what is there: a file of that name with other content, a newer version; or it is larger
/// than the repository takes.
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

/// A package file that a build of ours put into a repository.
struct OwnFile {
  std::string file_name;
  std::string sha256;

  bool operator==(const OwnFile&) const = default;
};

/// The digests of all files of that name that builds of ours made for a repository. What isn't
/// among them was put there by somebody else.
using Made = std::function<std::vector<std::string>(const std::string& file_name)>;

bool is_ours(const Made& made, const std::string& file_name, const std::string& sha256);

/// Why a target may not publish a package of some name.
struct NameRefusal {
  std::string why;
  std::string advice;
};

/// What a publication may do to what is there: see check_replacement().
struct Terms {
  /// The target is forced: what is ours may be replaced by an older version.
  bool forced = false;
  /// Where nothing is known, nothing is ours.
  Made made = [](const std::string&) { return std::vector<std::string>(); };
  /// What is to be said against replacing that entry by the target, whatever its version.
  std::function<std::optional<NameRefusal>(const pacman::DatabaseEntry&)> against =
      [](const pacman::DatabaseEntry&) { return std::nullopt; };
};

/// What a publication did beside what it was asked for, a sentence each.
struct Published {
  std::vector<std::string> removed;  // files of ours, since newer ones are in their place
  std::vector<std::string> notices;  // what somebody else put there, and what became of it
};

/// Throws Unpublishable unless the package may take the place of the entry `there`, which is of the
/// same pkgname: one that nothing is said against, and a newer version only for a forced target,
/// and only if it is ours. Who wants it gone can do what `removal` says.
void check_replacement(const pacman::DatabaseEntry& there, const pacman::PackageArchive& package,
                       const Terms& terms, const std::string& repository,
                       const std::string& removal);

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

  /// What it lists under that pkgname for this machine, whoever put it there; as fresh as
  /// listed(). The entry may lack its texts. Throws Error when it can't be told.
  virtual std::optional<pacman::DatabaseEntry> entry(const std::string& /*pkgname*/) {
    return std::nullopt;
  }

  /// Publishes the packages of one build, all of them or (after an Error) as few as can be; each
  /// replaces other versions of the same pkgname, as far as the terms allow that. The same file
  /// with the same content again is no error and changes nothing. What can't be published as long
  /// as the repository is what it is, is Unpublishable. Reads back what it wrote.
  virtual Published publish(const std::vector<pacman::PackageArchive>& packages,
                            const Terms& terms = {}) = 0;

  /// Whether what is published can be taken out again by this program.
  virtual bool can_withdraw() const { return false; }
  /// Takes out the entry of this very file, and the file; what isn't there any more, or isn't just
  /// that, is left alone.
  virtual void withdraw(const OwnFile& file);
  /// Files of ours that lie there for nothing: those of a package that has another version now, and
  /// `withdrawn` ones without an entry. Runs that were killed left them.
  virtual std::vector<Removable> leftovers(const Made&, const std::vector<OwnFile>& /*withdrawn*/) {
    return {};
  }

  /// How a container installs what of these dependencies ("foo>=2") the repository has, with all
  /// that they depend on in turn; nothing when it surely has none of them.
  virtual std::optional<Offer> offer(const std::vector<std::string>& dependencies) = 0;

  /// Throws Error (with what to do) when nothing could be published: unwritable, unreachable.
  virtual void check() = 0;
};

/// The repositories that can be published to, by name. Thread-safe.
class Repositories {
 public:
  using Maker = std::function<std::unique_ptr<Repository>(const std::string& name)>;

  /// `prune`: packages that targets make no more are taken out when they are published next.
  void add(std::unique_ptr<Repository> repository, bool prune = false);
  /// For names that were not added: a server keeps any. Called once a name.
  void make_others_by(Maker maker) { maker_ = std::move(maker); }

  /// Throws Error when there is none of that name.
  Repository& at(const std::string& name) const;
  bool is_pruned(const std::string& name) const;
  /// Whether one of that name is there, or can be made.
  bool has(const std::string& name) const;
  /// Those that there are so far.
  std::vector<Repository*> all() const;

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<Repository>> known_;
  std::set<std::string> pruned_;
  Maker maker_;
};

}  // namespace pkgkiln
