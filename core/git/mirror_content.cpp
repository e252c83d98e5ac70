#include <algorithm>
#include <charconv>
#include <ctime>

#include "core/git/git.hpp"
#include "core/git/mirror_directory.hpp"
#include "core/git/object_stream.hpp"
#include "core/git/remote_url.hpp"
#include "core/git/tree.hpp"

// Files are read as objects (ls-tree, cat-file --batch), not through `git archive`: so there are
// no attributes that would have to be switched off one by one.
namespace pkgkiln::git {

namespace {

constexpr std::size_t kLargestTreeListing = 16U << 20U;
constexpr std::time_t kLatestTime = std::time_t{1} << 33U;

/// Without empty components and ".".
std::string normal_path(const std::string& path) {
  std::string normal;
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    const auto name = path.substr(begin, end - begin);
    if (!name.empty() && name != ".") normal += (normal.empty() ? "" : "/") + name;
    begin = end + 1;
  }
  return normal;
}

std::string read_text(const MirrorDirectory& mirror, const std::string& commit,
                      std::vector<std::string> arguments, std::size_t limit) {
  if (!is_object_id(commit)) throw Error("'" + commit + "' is not the name of a commit");
  std::string text;
  mirror.read(commit, std::move(arguments), bounded_text(text, limit), Cancellation::never());
  return text;
}

bool leads_up(const std::string& path) {
  return ("/" + path + "/").find("/../") != std::string::npos;
}

/// Of the entry itself: links on the way are not followed.
std::optional<TreeEntry> find_entry(const MirrorDirectory& mirror, const std::string& commit,
                                    const std::string& path) {
  if (leads_up(path)) return std::nullopt;
  const auto listing =
      read_text(mirror, commit, {"ls-tree", "-z", "--long", "--full-tree", commit, "--", path},
                kLargestTreeListing);
  for (auto& entry : parse_tree(listing))
    if (entry.path == path) return entry;
  return std::nullopt;
}

std::string tree_below(const MirrorDirectory& mirror, const std::string& commit,
                       const std::string& path) {
  if (path.empty()) return commit;
  const auto entry = find_entry(mirror, commit, path);
  if (entry && entry->kind == TreeEntry::Kind::directory) return entry->object;
  throw Error("the repository has no directory '" + path + "' at commit " + commit)
      .advise("set the target's path to the directory of its PKGBUILD");
}

std::time_t time_of(const MirrorDirectory& mirror, const std::string& commit) {
  const auto text = read_text(mirror, commit, {"show", "-s", "--format=%ct", commit}, 4096);
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
  const auto tree = tree_below(mirror, commit, path);
  const auto entries = parse_tree(
      read_text(mirror, commit, {"ls-tree", "-r", "-t", "-z", "--long", "--full-tree", tree},
                kLargestTreeListing));
  check_tree(entries);
  TarWriter writer(tar, uid, time_of(mirror, commit));
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
    const auto name = normal_path(path);
    const auto entry = name.empty() ? std::nullopt : find_entry(mirror, commit, name);
    if (!entry || !entry->is_file()) return std::nullopt;
    if (entry->size > limit)
      throw Error("cannot read '" + name + "' at commit " + commit)
          .because("it is longer than " + std::to_string(limit) + " bytes");
    return read_text(mirror, commit, {"cat-file", "blob", entry->object}, limit);
  });
}

void Mirror::export_tar(const std::string& commit, const std::string& path, int uid,
                        const Sink& tar, const Cancellation& cancel) const {
  const MirrorDirectory mirror(directory_);
  condemning_what_is_damaged(
      mirror, [&] { write_tree(mirror, commit, normal_path(path), uid, tar, cancel); });
}

}  // namespace pkgkiln::git
