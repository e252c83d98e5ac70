#include <algorithm>
#include <charconv>
#include <ctime>

#include "core/base/digest.hpp"
#include "core/git/commit_tree.hpp"
#include "core/git/git.hpp"
#include "core/git/mirror_directory.hpp"
#include "core/git/object_stream.hpp"

// Files are read as objects (ls-tree, cat-file --batch), not through `git archive`: so there are
// no attributes that would have to be switched off one by one.
namespace pkgkiln::git {

namespace {

constexpr std::time_t kLatestTime = std::time_t{1} << 33U;

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
auto condemning_what_is_damaged(const MirrorDirectory& mirror, const Work& work) {
  try {
    return work();
  } catch (DamagedObjects& error) {
    mirror.condemn();
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

std::optional<std::string> Mirror::read_file(const std::string& commit, const std::string& path,
                                             std::size_t limit) const {
  const MirrorDirectory mirror(directory_);
  return condemning_what_is_damaged(mirror, [&]() -> std::optional<std::string> {
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
  return condemning_what_is_damaged(mirror, [&] {
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
  condemning_what_is_damaged(mirror, [&] { write_tree(mirror, commit, path, uid, tar, cancel); });
}

}  // namespace pkgkiln::git
