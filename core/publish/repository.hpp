#pragma once

#include <cstdint>
#include <filesystem>
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

/// A package that can't be published in this repository until somebody changes what is there: a
/// file of that name with other content, or a newer version. Or it is larger than the repository
/// accepts. Trying again doesn't help.
class Unpublishable : public ErrorKind<Unpublishable> {
  using ErrorKind::ErrorKind;
};

/// How pacman finds a repository: lines of pacman.conf(5). `is_signed`: all that is in it, so that
/// pacman need not take what has no signature.
std::string pacman_lines(const std::string& repository, const std::string& server, bool is_signed);

/// The directory in the tar of Offer::files.
inline constexpr const char* kOfferedDirectory = "pkgkiln-repository";

/// How a build container installs packages from a repository. If the repository can, it keeps these
/// packages as long as this lives: publications wait meanwhile, so don't keep it long.
struct Offer {
  std::string section;  // [section] of pacman.conf(5), and <section>.db
  /// For "Server =", as the container reaches it. It may not answer, or have no database yet.
  std::string url;
  /// Without `url`: writes a tar of kOfferedDirectory, owned by root, with <section>.db and the
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

/// The digests of all files of that name that our builds made for a repository. Somebody else put
/// any other file there.
using Made = std::function<std::vector<std::string>(const std::string& file_name)>;

bool is_ours(const Made& made, const std::string& file_name, const std::string& sha256);

/// Why a target may not publish a package of some name.
struct NameRefusal {
  std::string why;
  std::string advice;
};

/// What a publication may replace: see check_replacement().
struct Terms {
  /// The target is forced: an older version may replace a package of ours.
  bool forced = false;
  /// By default nothing is ours.
  Made made = [](const std::string&) { return std::vector<std::string>(); };
  /// Why the target may not replace that entry, whatever its version.
  std::function<std::optional<NameRefusal>(const pacman::DatabaseEntry&)> against =
      [](const pacman::DatabaseEntry&) { return std::nullopt; };
  /// How much of a file has been sent to a server; may be empty.
  std::function<void(const std::string& file, std::uint64_t bytes, std::uint64_t total)> sent = {};
};

/// What a publication did besides, a sentence each.
struct Published {
  std::vector<std::string> removed;  // our files that newer ones replaced
  std::vector<std::string> notices;  // about files of others, and what was done with them
};

/// Throws Unpublishable unless the package may replace the entry `there` of the same pkgname:
/// terms.against() must allow it, and a newer version is replaced only for a forced target, and
/// only if it is ours. `removal` says how the user can remove the entry.
void check_replacement(const pacman::DatabaseEntry& there, const pacman::PackageArchive& package,
                       const Terms& terms, const std::string& repository,
                       const std::string& removal);

/// A place that pacman installs from. Thread-safe.
class Repository {
 public:
  virtual ~Repository() = default;

  virtual const std::string& name() const = 0;

  /// Where its package files lie on this host; empty: elsewhere.
  virtual std::filesystem::path directory() const { return {}; }

  /// Whether this file (name, version, arch; in any compression) can be installed from it now.
  /// Throws Error if that is unknown.
  virtual bool contains(const pacman::PackageFileName& file) = 0;

  /// The same for many files: a repository with lists answers from the list that it read first in
  /// this run. Throws Error if that is unknown.
  virtual std::optional<ListedFile> listed(const pacman::PackageFileName& file) {
    return contains(file) ? std::optional(ListedFile{}) : std::nullopt;
  }

  /// The entry of that pkgname for this machine, whoever put it there; as fresh as listed(). It may
  /// lack its texts. Throws Error if that is unknown.
  virtual std::optional<pacman::DatabaseEntry> entry(const std::string& /*pkgname*/) {
    return std::nullopt;
  }

  /// Publishes the packages of one build: all of them, or after an Error as few as possible. Each
  /// replaces other versions of the same pkgname, if the terms allow it. Publishing the same file
  /// with the same content again is no error and changes nothing. Throws Unpublishable if it can't
  /// succeed unless the repository changes. Reads back what it wrote.
  virtual Published publish(const std::vector<pacman::PackageArchive>& packages,
                            const Terms& terms = {}) = 0;

  /// Whether this program can remove packages from it.
  virtual bool can_withdraw() const { return false; }
  /// Removes this file and its entry. Does nothing if it isn't there any more, or has other
  /// content.
  virtual void withdraw(const OwnFile& file);
  /// Files of ours that nothing needs, left by killed runs: old versions of packages, and
  /// `withdrawn` files without an entry.
  virtual std::vector<Removable> leftovers(const Made&, const std::vector<OwnFile>& /*withdrawn*/) {
    return {};
  }

  /// Completes what a killed run left half done where that keeps pacman from installing. Returns
  /// what else is wrong, a sentence each. Throws Error.
  virtual std::vector<std::string> mend() { return {}; }
  /// Throws Error, with advice, if it is certain beforehand that nothing can be published: what
  /// signs can't.
  virtual void expect_publication() {}
  /// Signs what is there and isn't signed; `tell` hears of each file, and of an Error that concerns
  /// one of them. Does nothing where nothing is to be signed. Throws Error.
  using SigningListener = std::function<void(const std::string& file, const Error* failure)>;
  virtual void sign_all(const SigningListener& /*tell*/) {}

  /// How a container installs those of these dependencies ("foo>=2") that the repository has, and
  /// what they depend on in turn. Nothing if it certainly has none of them.
  virtual std::optional<Offer> offer(const std::vector<std::string>& dependencies) = 0;

  /// Throws Error, with advice, if nothing can be published: unwritable, unreachable.
  virtual void check() = 0;
};

/// The repositories that can be published to, by name. Thread-safe.
class Repositories {
 public:
  using Maker = std::function<std::unique_ptr<Repository>(const std::string& name)>;

  /// `prune`: when a target is published next, packages that it no longer makes are removed.
  void add(std::unique_ptr<Repository> repository, bool prune = false);
  /// Makes repositories of other names, as a server accepts any. Called once for each name.
  void make_others_by(Maker maker) { maker_ = std::move(maker); }

  /// Throws Error if there is none of that name.
  Repository& at(const std::string& name) const;
  bool is_pruned(const std::string& name) const;
  /// Whether one of that name is there, or can be made.
  bool has(const std::string& name) const;
  /// All repositories so far.
  std::vector<Repository*> all() const;

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<Repository>> known_;
  std::set<std::string> pruned_;
  Maker maker_;
};

}  // namespace pkgkiln
