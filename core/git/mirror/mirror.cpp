#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>

#include "core/base/digest.hpp"
#include "core/git/ask/remote.hpp"
#include "core/git/ask/remotes.hpp"
#include "core/git/git.hpp"
#include "core/git/mirror/commit_tree.hpp"
#include "core/git/mirror/mirror_directory.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::chrono::minutes kLongestFetch{30};
constexpr std::time_t kLatestTime = std::time_t{1} << 33U;

Result fetch_ref(const MirrorDirectory& mirror, const Remote& remote, const std::string& ref,
                 bool shallow, const Cancellation& cancel) {
  Command command;
  command.git_dir = mirror.path();
  command.arguments = {"fetch",
                       "--quiet",
                       "--no-tags",
                       "--no-recurse-submodules",
                       "--no-write-fetch-head",
                       "--no-auto-maintenance",
                       "--update-shallow"};
  if (shallow) command.arguments.emplace_back("--depth=1");
  command.arguments.insert(
      command.arguments.end(),
      {"--", remote.location(), "+" + ref + ":" + std::string(MirrorDirectory::tip_ref)});
  return remote.run(
      command, [](std::string_view) {}, cancel, kLongestFetch);
}

struct RemoveUnfinished {
  const MirrorDirectory& mirror;
  ~RemoveUnfinished() { mirror.remove_unfinished(); }
};

/// A plain web server ("dumb" HTTP) can't make a shallow pack: then the whole history.
Result fetch_shallow_or_all(const MirrorDirectory& mirror, const Remote& remote,
                            const std::string& ref, const Cancellation& cancel) {
  const RemoveUnfinished however_it_ends{mirror};
  mirror.remove_unfinished();  // of a run that was killed
  const auto result = fetch_ref(mirror, remote, ref, true, cancel);
  if (result.error_output.find("does not support shallow") == std::string::npos) return result;
  return fetch_ref(mirror, remote, ref, false, cancel);
}

Tip fetched_tip(const MirrorDirectory& mirror, const std::string& ref) {
  const auto commit = mirror.tip();
  if (commit) return {ref, *commit};
  mirror.invalidate();
  throw Error("cannot use what was fetched as '" + ref + "'")
      .because("it names no commit")
      .advise("check the target's branch");
}

/// What the user names lies below the root; only a link may lead up.
bool leads_up(const std::string& path) {
  return ("/" + path + "/").find("/../") != std::string::npos;
}

std::vector<TreeEntry> list_below(CommitTree& tree, const std::string& path) {
  if (leads_up(path))
    throw Error("the repository has no directory '" + path + "'")
        .advise("set the target's path to the directory of its PKGBUILD");
  return tree.list(path);
}

std::time_t time_of(const CommitTree& tree, const std::string& commit) {
  const auto text = tree.read_text({"show", "-s", "--format=%ct", commit}, 4096);
  std::time_t time = 0;
  std::from_chars(text.data(), text.data() + text.size(), time);
  return std::clamp(time, std::time_t{0}, kLatestTime);
}

/// What is damaged is to be made anew by the next fetch.
template <typename Work>
auto invalidating_what_is_damaged(const MirrorDirectory& mirror, const Work& work) {
  try {
    return work();
  } catch (DamagedObjects& error) {
    mirror.invalidate();
    error.advise("run again: a damaged mirror is made anew");
    throw;
  }
}

void write_tree(const MirrorDirectory& mirror, const std::string& commit, const std::string& path,
                int uid, const Sink& tar, const Cancellation& cancel) {
  CommitTree tree(mirror, commit);
  const auto entries = list_below(tree, path);
  TarWriter writer(tar, uid, time_of(tree, commit));
  ObjectsToTar objects(entries, writer);
  mirror.read(
      commit, {"cat-file", "--batch", "--buffer"},
      [&](std::string_view bytes) { objects.take(bytes); }, cancel, objects.requests());
  objects.finish();
}

}  // namespace

Mirror::Mirror(std::filesystem::path directory, std::string url, Remotes& remotes)
    : directory_(std::move(directory)), url_(std::move(url)), remotes_(remotes) {}

Tip Mirror::fetch(const Tip& tip, const Cancellation& cancel) {
  if (!is_object_id(tip.commit) || !(tip.ref == "HEAD" || tip.ref.starts_with("refs/heads/")))
    throw Error("'" + tip.ref + "' at '" + tip.commit + "' is nothing that can be fetched");
  const auto location = parse_remote_url(url_).location;
  const MirrorDirectory mirror(directory_);
  const auto here =
      mirror.serves(location, tip.commit.size()) ? mirror.tip() : std::optional<std::string>();
  if (here == tip.commit) return tip;

  const Remote remote(url_, remotes_.user_config(cancel));
  if (here) {
    const auto result = fetch_shallow_or_all(mirror, remote, tip.ref, cancel);
    if (result.code == 0) return fetched_tip(mirror, tip.ref);
    if (classify(result.error_output) != RemoteFailure::unknown)
      throw remote_error("fetch", url_, result.error_output);
    // Not the remote's fault, as far as git tells: so maybe the mirror's.
  }
  mirror.remake(location, tip.commit.size(), cancel);
  const auto result = fetch_shallow_or_all(mirror, remote, tip.ref, cancel);
  if (result.code != 0) throw remote_error("fetch", url_, result.error_output);
  return fetched_tip(mirror, tip.ref);
}

// Files are read as objects (ls-tree, cat-file --batch), not through `git archive`: so there are
// no attributes that would have to be switched off one by one.
std::optional<std::string> Mirror::read_file(const std::string& commit, const std::string& path,
                                             std::size_t limit) const {
  const MirrorDirectory mirror(directory_);
  return invalidating_what_is_damaged(mirror, [&]() -> std::optional<std::string> {
    CommitTree tree(mirror, commit);
    const auto entry = leads_up(path) ? std::nullopt : tree.find(path);
    if (!entry || !entry->is_file()) return std::nullopt;
    if (entry->size > limit)
      throw Error("cannot read '" + entry->path + "' at commit " + commit)
          .because("it is longer than " + std::to_string(limit) + " bytes");
    return tree.read_text({"cat-file", "blob", entry->object}, limit);
  });
}

std::string Mirror::tree(const std::string& commit, const std::string& path) const {
  const MirrorDirectory mirror(directory_);
  return invalidating_what_is_damaged(mirror, [&] {
    CommitTree tree(mirror, commit);
    std::string listing;
    for (const auto& entry : list_below(tree, path))
      listing += std::to_string(static_cast<int>(entry.kind)) + " " + entry.object + " " +
                 entry.path + "\n";
    return sha256_of(listing);
  });
}

void Mirror::export_tar(const std::string& commit, const std::string& path, int uid,
                        const Sink& tar, const Cancellation& cancel) const {
  const MirrorDirectory mirror(directory_);
  invalidating_what_is_damaged(mirror, [&] { write_tree(mirror, commit, path, uid, tar, cancel); });
}

}  // namespace pkgkiln::git
