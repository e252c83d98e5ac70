#pragma once

#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/cancellation.hpp"
#include "core/base/stream.hpp"
#include "core/git/ask/remotes.hpp"
#include "core/git/git.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln {

/// Where the PKGBUILD of a target and the files beside it come from, and their mirror on the
/// host: a Git repository, or the URL of one PKGBUILD. What it gives is hostile. Not thread-safe;
/// one owner per target at a time. Blocks; throws Error that names the target's URL and what to do,
/// Cancelled when asked to stop.
class PackagingSource {
 public:
  virtual ~PackagingSource() = default;

  /// What the remote offers: of a single PKGBUILD its URL as it may be shown, and its SHA-256.
  /// Nothing is kept, or only what was transferred anyway.
  virtual git::Tip ask(const Cancellation& cancel) = 0;
  /// Makes sure that the content of `tip` is on the host. Where the remote gives that no more, that
  /// of what it offers now; returns what was taken.
  virtual git::Tip fetch(const git::Tip& tip, const Cancellation& cancel) = 0;

  /// As Mirror::leads_to(); a single PKGBUILD has no history: always.
  virtual bool leads_to(const std::string& older, const git::Tip& newer,
                        const Cancellation& cancel) {
    static_cast<void>(older), static_cast<void>(newer), static_cast<void>(cancel);
    return true;
  }
  /// As Mirror::recover(). Of single PKGBUILDs the last few are kept.
  virtual bool recover(const std::string& commit, const Cancellation& cancel) = 0;

  /// What a build gets of a fetched commit (Target::checkout), by name: what is known of it holds
  /// for every commit where its tree has the same one.
  virtual git::Mirror::Content content(const std::string& commit) const = 0;
  /// Whether its tree is this one, as far as can be told without reading it all: false may be
  /// wrong.
  virtual bool surely_has_tree(const std::string& commit, const std::string& tree) const = 0;
  /// As Mirror::are_alike(), of content trees.
  virtual bool are_alike(const std::string& commit, const std::string& tree,
                         const std::string& other, const std::vector<std::string>& but_for) const {
    static_cast<void>(commit), static_cast<void>(but_for);
    return tree == other;
  }
  /// A regular file beside the PKGBUILD (".SRCINFO") of a fetched commit; nothing when there is
  /// none. Error when it is longer than 4 MiB.
  virtual std::optional<std::string> read_file(const std::string& commit,
                                               const std::string& name) const = 0;
  /// What a link beside the PKGBUILD says; nothing when there is none.
  virtual std::optional<std::string> read_link(const std::string& commit,
                                               const std::string& name) const {
    static_cast<void>(commit), static_cast<void>(name);
    return std::nullopt;
  }
  /// What export_tar() gives, but for directories and ".git". Throws Error where that is more than
  /// `limit` bytes.
  virtual std::vector<git::Mirror::File> files(const std::string& commit, std::uint64_t limit,
                                               const Cancellation& cancel) const = 0;
  /// The time of a fetched commit, in seconds of the epoch: the same whoever asks and whenever.
  /// What has no commit has git::kTimeless.
  virtual std::time_t time(const std::string& commit) const = 0;
  /// As Mirror::people(); of single PKGBUILDs nobody.
  virtual std::vector<std::string> people(const std::string& commit) const {
    static_cast<void>(commit);
    return {};
  }
  /// What a build gets of a fetched commit as a tar stream: that time, names relative to that
  /// directory, owner and group `uid`, modes 0755 and 0644. Error when that directory isn't there.
  virtual void export_tar(const std::string& commit, int uid, const Sink& tar,
                          const Cancellation& cancel) const = 0;
};

/// Opens the sources of a run's targets. Those in one Git repository share its mirror. Thread-safe.
class PackagingSources {
 public:
  /// What is fetched is kept in directories below `root`. The remotes outlive this.
  PackagingSources(const std::filesystem::path& root, git::Remotes& remotes)
      : root_(root), mirrors_(root, remotes) {}

  /// Touches neither the disk nor the network. This outlives it.
  std::unique_ptr<PackagingSource> open(const Target& target);
  /// The same of one whose URL isn't the user's choice: it is fetched with nobody's credentials.
  std::unique_ptr<PackagingSource> open_foreign(const Target& target);
  /// The name of the directory with what is fetched for the target, and its path.
  static std::string directory_of(const Target& target);
  std::filesystem::path directory(const Target& target) const {
    return root_ / directory_of(target);
  }
  git::Mirrors& mirrors() { return mirrors_; }

 private:
  std::filesystem::path root_;
  git::Mirrors mirrors_;
};

}  // namespace pkgkiln
