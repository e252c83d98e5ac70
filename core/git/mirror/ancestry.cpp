#include "core/git/mirror/ancestry.hpp"

#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/git/mirror/fetch.hpp"
#include "core/git/mirror/mirror_directory.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::size_t kMostCommits = 2'000;
constexpr std::uint64_t kLongestRead = 1U << 20U;
constexpr int kDepths[] = {30, 300, kMostCommits};
constexpr std::uint64_t kLargestPack = 64U << 20U;

/// A commit begins with "tree <id>\n", and then "parent <id>\n" each.
std::vector<std::string> parents_in(std::string_view commit) {
  constexpr std::string_view parent = "parent ";
  std::vector<std::string> ids;
  take_until(commit, '\n');
  while (commit.starts_with(parent)) {
    std::string id(take_until(commit, '\n').substr(parent.size()));
    if (is_object_id(id)) ids.push_back(std::move(id));
  }
  return ids;
}

/// Whether there was no more to it than that the pack got too large: what is ended for that can't
/// say so.
bool is_too_large(const std::string& error_output) {
  const auto has = [&](const char* text) { return error_output.find(text) != std::string::npos; };
  const auto failure = classify(error_output);
  return failure == RemoteFailure::too_large ||
         (failure == RemoteFailure::unknown && has("invalid index-pack output") &&
          !has("No space left"));
}

class Scratch {
 public:
  Scratch(const std::filesystem::path& path, const std::string& location, std::size_t id_length)
      : directory(path) {
    directory.remake(location, id_length);
    config_ = read_file(config_path());
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(directory.path(), ignored);
  }

  /// Not all versions of git can be told not to fetch what was left out when they look for it, so
  /// they aren't to know where it was left out.
  void forget_remotes() const { write_file_atomically(config_path(), config_, 0600); }

  const MirrorDirectory directory;

 private:
  std::filesystem::path config_path() const { return directory.path() / "config"; }

  std::string config_;
};

}  // namespace

Ancestry ancestry(ObjectReader& objects, const std::string& older, const std::string& newer,
                  const Cancellation& cancel) {
  std::vector<std::string> queue = {newer};
  std::set<std::string> seen = {newer};
  bool all_there = true;
  for (std::size_t next = 0; next < queue.size(); ++next) {
    cancel.check();
    if (queue[next] == older) return Ancestry::yes;
    const auto found = objects.find(queue[next]);
    if (!found || found->type != "commit" || found->size > kLongestRead) {
      all_there = all_there && found;
      continue;
    }
    for (const auto& parent : parents_in(objects.content(found->id, "commit", kLongestRead))) {
      if (parent == older) return Ancestry::yes;
      if (!seen.insert(parent).second) continue;
      if (seen.size() > kMostCommits) return Ancestry::no;
      queue.push_back(parent);
    }
  }
  return all_there ? Ancestry::no : Ancestry::unknown;
}

bool is_ancestor_on(const Remote& remote, const std::string& url, const std::string& older,
                    const Tip& newer, const std::filesystem::path& scratch,
                    const Cancellation& cancel) {
  const Scratch history(scratch, remote.location(), newer.commit.size());
  for (const int depth : kDepths) {
    const auto result =
        fetch_tip(history.directory, remote, newer, {depth, true, kLargestPack}, cancel);
    if (result.code != 0) {
      if (is_too_large(result.error_output)) return false;
      throw remote_error("read the history of", url, result.error_output);
    }
    history.forget_remotes();
    ObjectReader objects(scratch);
    const auto known = ancestry(objects, older, newer.commit, cancel);
    if (known != Ancestry::unknown) return known == Ancestry::yes;
  }
  return false;
}

}  // namespace pkgkiln::git
