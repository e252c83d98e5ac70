#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/base/path_pattern.hpp"
#include "core/base/tar_writer.hpp"

/// Git on the host. Refs are asked for by our own HTTP client where that can do it; everything else
/// goes through the git program, so that every transport, credential helper and proxy works. What
/// is fetched is hostile: only objects are kept, nothing of them is ever checked out or run. None
/// of the user's configuration is used, except for credentials, ssh and proxies (http.proxy,
/// credential.*, core.sshCommand, http.<url>.*, url.*.insteadOf), and for repositories on the disk
/// that are trusted (safe.directory).
namespace pkgkiln::git {

/// What a branch names on the remote.
struct Tip {
  std::string ref;     // "refs/heads/main"; kFolder
  std::string commit;  // 40 or 64 hex digits

  bool operator==(const Tip&) const = default;
};

/// A repository has no branches. Some servers say so of every one that they don't have.
class EmptyRepository : public ErrorKind<EmptyRepository> {
  using ErrorKind::ErrorKind;
};

/// A repository within a repository (gitsubmodules(7)).
struct Submodule {
  std::string path;  // where it belongs
  std::string url;   // http, https or git, without a user
  std::string commit;

  bool operator==(const Submodule&) const = default;
};

class Remotes;

/// The time of what nobody has committed, since that of its files is another one in each copy:
/// 2000-01-01, as some archives know no time before 1980.
inline constexpr std::time_t kTimeless = 946'684'800;

/// The ref of a folder's tip.
inline constexpr const char* kFolder = "the folder";

/// Whether that is a folder whose files are taken as they lie there, committed or not: the absolute
/// path of a directory that is no bare repository, and no branch.
bool is_folder(const std::string& url, const std::string& branch);

/// A bare mirror of one repository, or of a folder, in a directory of the state, for all its
/// branches and whoever reads in it. Thread-safe; what one thread does in it the others wait for. A
/// directory that is damaged, or mirrors another URL, or has gathered many old objects, is made
/// anew by fetch().
class Mirror {
 public:
  enum class Of {
    repository,
    folder,
    submodule,  // somebody else names its URL, so it is fetched with nobody's credentials
  };
  /// Nothing is touched before fetch(), which takes the user's configuration from `remotes`: that
  /// outlives this.
  Mirror(std::filesystem::path directory, std::string url, Remotes& remotes,
         Of of = Of::repository);
  ~Mirror();
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  /// Makes sure that `tip.commit` and its files are here: depth 1, no tags, no submodules; asks
  /// the remote only when it isn't. Where that gives it no more, takes the commit that the branch
  /// names now and returns that tip.
  Tip fetch(const Tip& tip, const Cancellation& cancel);

  /// Whether a commit is the tip's or one that it was made from, as far as the remote's history
  /// tells: it is looked at back to 2,000 commits, and up to 64 MiB at a time where the server
  /// can't leave out what else is in it. A folder has none: always.
  bool leads_to(const std::string& older, const Tip& newer, const Cancellation& cancel);
  /// Makes sure that the files of a commit that a branch named once are here, and stay; those of
  /// the 1,000 that were asked for last do. False where the remote doesn't give it any more.
  bool recover(const std::string& commit, const Cancellation& cancel);

  /// A regular file at that commit, maybe through links within the repository; nothing when there
  /// is none. Error when longer than `limit`.
  std::optional<std::string> read_file(const std::string& commit, const std::string& path,
                                       std::size_t limit = 4U << 20U);
  /// What the link of that path says, wherever it leads; nothing where there is no link.
  std::optional<std::string> read_link(const std::string& commit, const std::string& path);

  /// The directories at that commit that the pattern names and that hold a file of that name, maybe
  /// through a link; but none that is excluded or lies below one that is. Links to directories are
  /// not followed. A directory comes before those in it.
  std::vector<std::string> directories_with(const std::string& commit, const std::string& file,
                                            const PathPattern& wanted,
                                            const std::vector<PathPattern>& excluded);

  struct Content {
    /// Names what add_to() gives, its times aside: the same for two commits that don't differ
    /// in that. The id of the directory's tree, unless links lead out of it.
    std::string tree;
    std::vector<std::string> left_out;  // links that lead to nothing; the first ten
  };
  Content content(const std::string& commit, const std::string& path);
  /// Whether its tree would be this one, as far as the directory's own id tells, which is cheap:
  /// false may be wrong.
  bool surely_has_tree(const std::string& commit, const std::string& path, const std::string& tree);
  /// Whether two trees, one of that commit, differ in nothing but entries of these names. False may
  /// be wrong: the other one may be here no more.
  bool are_alike(const std::string& commit, const std::string& tree, const std::string& other,
                 const std::vector<std::string>& but_for);

  /// When it was committed, in seconds of the epoch.
  std::time_t time(const std::string& commit);
  /// "NAME <ADDRESS>" of its author and its committer, whatever that is worth; hostile texts.
  std::vector<std::string> people(const std::string& commit);
  /// Adds what is below `path` (empty: all) at that commit to an archive, as if it lay `below`
  /// there: files, directories and links. A link that leads out of it is what it leads to in the
  /// repository, and left out where that is nothing: nobody else could find it, and engines differ
  /// in what they do about it. No attributes are honoured (no export-ignore, no substitution, no
  /// line-end conversion); a submodule is an empty directory. Error when `path` isn't a directory
  /// there.
  void add_to(TarWriter& tar, const std::string& commit, const std::string& path,
              const std::string& below, const Cancellation& cancel);

  struct File {
    enum class Kind { file, executable, link };

    std::string path;
    Kind kind = Kind::file;
    std::string content;  // of a link: what it leads to
  };
  /// What add_to() adds, but for directories. Throws Error where that is more than `limit` bytes.
  std::vector<File> files(const std::string& commit, const std::string& path, std::uint64_t limit);

  /// The submodules of that commit. Throws Error where one has no URL, or one that isn't fetched.
  std::vector<Submodule> submodules(const std::string& commit, const Cancellation& cancel);
  /// Adds ".git" as a clone of depth 1 has it: that commit is the branch's, the index is of it, and
  /// the remote is "origin", without what is secret in its URL.
  void add_git_directory(TarWriter& tar, const std::string& commit, const std::string& branch,
                         const Cancellation& cancel);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The repositories that a run uses: their tips, each asked for once, and their mirrors, one for
/// each URL, in a directory. Thread-safe.
class Mirrors {
 public:
  /// The remotes outlive this.
  Mirrors(std::filesystem::path root, Remotes& remotes)
      : root_(std::move(root)), remotes_(remotes) {}

  /// That of the URL, or of the folder if it is one without that branch (maybe empty); whoever
  /// wants it at the same time shares it.
  std::shared_ptr<Mirror> of(const std::string& url, const std::string& branch = {});
  /// That of a submodule, whose URL isn't the user's choice.
  std::shared_ptr<Mirror> of_submodule(const std::string& url);
  /// The name of its directory. The URL may hold a password, so it can't be told from that.
  static std::string name_of(const std::string& url, const std::string& branch = {});
  /// Remotes::ask_tip(), or the commit that a folder is now; what that gave or threw before, if it
  /// was asked before.
  Tip ask_tip(const std::string& url, const std::string& branch, const Cancellation& cancel);

 private:
  std::shared_ptr<Mirror> shared(const std::string& name, const std::string& url, Mirror::Of of);

  std::filesystem::path root_;
  Remotes& remotes_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Mirror>> mirrors_;
  std::map<std::pair<std::string, std::string>, std::shared_future<Tip>> tips_;
};

}  // namespace pkgkiln::git
