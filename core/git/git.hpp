#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/stream.hpp"

/// Git on the host. Refs are asked for by our own HTTP client where that can do it; everything else
/// goes through the git program, so that every transport, credential helper and proxy works. What
/// is fetched is hostile: only objects are kept, nothing of them is ever checked out or run. None
/// of the user's configuration is used, except for credentials, ssh and proxies (http.proxy,
/// credential.*, core.sshCommand, http.<url>.*, url.*.insteadOf), and for repositories on the disk
/// that are trusted (safe.directory).
namespace pkgkiln::git {

/// What a branch names on the remote.
struct Tip {
  std::string ref;     // "refs/heads/main"
  std::string commit;  // 40 or 64 hex digits

  bool operator==(const Tip&) const = default;
};

class Remotes;

/// A bare mirror of one target's repository in a directory of the state. Not thread-safe; one
/// owner at a time. A directory that is damaged, or mirrors another URL, or has gathered many old
/// objects, is made anew by fetch().
class Mirror {
 public:
  /// Nothing is touched before fetch(), which takes the user's configuration from `remotes`: that
  /// outlives this.
  Mirror(std::filesystem::path directory, std::string url, Remotes& remotes);

  /// Makes sure that `tip.commit` and its files are here: depth 1, no tags, no submodules; asks
  /// the remote only when it isn't. When the branch has moved on since Remotes::ask_tip(), takes
  /// the commit that it names now and returns that tip.
  Tip fetch(const Tip& tip, const Cancellation& cancel);

  /// A regular file at that commit, maybe through links within the repository; nothing when there
  /// is none. Error when longer than `limit`.
  std::optional<std::string> read_file(const std::string& commit, const std::string& path,
                                       std::size_t limit = 4U << 20U) const;

  /// Names what export_tar() gives, its times aside: the same for two commits that don't differ in
  /// that.
  std::string tree(const std::string& commit, const std::string& path) const;

  /// The tree below `path` (empty: all) at that commit as a tar stream, names relative to it: its
  /// files, directories and links; owner and group `uid`, modes 0755 and 0644, times the commit's.
  /// A link that leads out of it is what it leads to in the repository, and left out where that is
  /// nothing: nobody else could find it, and engines differ in what they do about it.
  /// No attributes are honoured (no export-ignore, no substitution, no line-end conversion); a
  /// submodule is an empty directory. Error when `path` isn't a directory there.
  void export_tar(const std::string& commit, const std::string& path, int uid, const Sink& tar,
                  const Cancellation& cancel) const;

 private:
  std::filesystem::path directory_;
  std::string url_;
  Remotes& remotes_;
};

}  // namespace pkgkiln::git
