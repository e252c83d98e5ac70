#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/git/program.hpp"

namespace pkgkiln::git {

/// The directory of a mirror: a bare repository of ours with one ref for each branch that was
/// fetched, and a file that says which location it mirrors. Without that file it is to be made
/// anew.
class MirrorDirectory {
 public:
  /// Our ref for one of the remote's ("refs/heads/main"). Not by its name: a branch "a/b" may come
  /// after one "a".
  static std::string ref_for(const std::string& remote_ref);
  /// Our ref for a commit that stays, whatever the branches name.
  static std::string ref_to_keep(const std::string& commit);

  explicit MirrorDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  const std::filesystem::path& path() const { return path_; }

  /// Whether it mirrors this location, whose objects have names of `id_length` digits, and has
  /// not gathered too many old objects.
  bool serves(const std::string& location, std::size_t id_length) const;
  /// Empties it and makes it for this location. What is kept of that stays.
  void remake(const std::string& location, std::size_t id_length) const;
  /// Lets a commit stay that is there with all its files; false where it isn't. Those that were
  /// not asked for in a long time go when there are many.
  bool keep(const std::string& commit, const Cancellation& cancel) const;
  /// The next serves() is false.
  void invalidate() const noexcept;
  /// Removes what a fetch that failed or was ended left behind.
  void remove_unfinished() const noexcept;

  /// Runs a git command in it for its output. Throws DamagedObjects when it fails.
  void read(std::vector<std::string> arguments, const Sink& output, const Cancellation& cancel,
            std::string input = {}) const;

 private:
  void take_kept_of(const std::filesystem::path& former) const;

  std::filesystem::path path_;
};

/// What a fetch that was ended left behind goes before this one, and what this one leaves.
struct RemoveUnfinished {
  explicit RemoveUnfinished(const MirrorDirectory& in) : mirror(in) { mirror.remove_unfinished(); }
  RemoveUnfinished(const RemoveUnfinished&) = delete;
  RemoveUnfinished& operator=(const RemoveUnfinished&) = delete;
  ~RemoveUnfinished() { mirror.remove_unfinished(); }

  const MirrorDirectory& mirror;
};

}  // namespace pkgkiln::git
