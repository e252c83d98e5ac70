#include "core/git/mirror/commit_tree.hpp"

#include <algorithm>
#include <utility>

#include "core/base/text.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::size_t kLargestTreeListing = 16U << 20U;
constexpr std::uint64_t kLongestTarget = 4096;
constexpr int kMostLinksOnTheWay = 40;
constexpr std::size_t kDeepestPath = 100;
/// Each asks git once or twice.
constexpr int kMostLookUps = 1000;
constexpr int kDeepestCopy = 5;

std::vector<std::string> names_in(std::string_view path) {
  std::vector<std::string> names;
  while (!path.empty())
    if (const auto name = take_until(path, '/'); !name.empty() && name != ".")
      names.emplace_back(name);
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string path;
  for (const auto& name : names) path += (path.empty() ? "" : "/") + name;
  return path;
}

std::string under(const std::string& directory, const std::string& path) {
  return directory.empty() ? path : directory + "/" + path;
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

bool is_within(const std::string& path, const std::string& directory) {
  return directory.empty() || path == directory || path.starts_with(directory + "/");
}

/// By its names alone, as engines judge it that unpack an archive.
bool leads_out(const std::string& link, const std::string& target) {
  if (target.starts_with('/')) return false;
  auto depth = names_in(directory_of(link)).size();
  for (const auto& name : names_in(target)) {
    if (name != "..")
      ++depth;
    else if (depth-- == 0)
      return true;
  }
  return false;
}

}  // namespace

CommitTree::CommitTree(const MirrorDirectory& mirror, std::string commit)
    : mirror_(mirror), commit_(std::move(commit)) {
  if (!is_object_id(commit_)) throw Error("'" + commit_ + "' is not the name of a commit");
}

std::string CommitTree::read_text(std::vector<std::string> arguments, std::size_t limit,
                                  std::string input) const {
  std::string text;
  mirror_.read(commit_, std::move(arguments), bounded_text(text, limit), Cancellation::never(),
               std::move(input));
  return text;
}

std::optional<TreeEntry> CommitTree::find(const std::string& path) {
  TreeEntry root{TreeEntry::Kind::directory, commit_, 0, {}};
  Names real;
  auto names = names_in(path);
  for (int links = 0; links <= kMostLinksOnTheWay; ++links) {
    std::size_t walked = 0;
    auto found = walk(real, names, walked);
    names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(walked));
    if (!found) {
      if (!names.empty()) return std::nullopt;
      if (real.empty()) return root;
      // It ended with "..".
      names = std::exchange(real, {});
      continue;
    }
    if (found->kind != TreeEntry::Kind::link)
      return names.empty() ? std::move(found) : std::nullopt;
    const auto target = targets_of({*found}).front();
    if (target.starts_with('/')) return std::nullopt;
    real.pop_back();
    auto all = names_in(target);
    all.insert(all.end(), names.begin(), names.end());
    names = std::move(all);
  }
  return std::nullopt;
}

/// Goes on from the directory `real` along the names, to the first that is a link or to the end;
/// that entry, and nothing where there is none or the way ends with "..". Takes what it has walked
/// into `real`.
std::optional<TreeEntry> CommitTree::walk(Names& real, const Names& names, std::size_t& walked) {
  std::optional<TreeEntry> last;
  while (walked < names.size()) {
    if (names[walked] == "..") {
      if (real.empty()) return std::nullopt;
      real.pop_back();
      ++walked;
      last.reset();
      continue;
    }
    if (++looked_up_ > kMostLookUps)
      throw Error("too many links of the repository lead out of their directory");
    std::vector<std::string> arguments{"ls-tree",     "-t",    "-z", "--long",
                                       "--full-tree", commit_, "--"};
    Names ahead = real;
    for (auto i = walked; i < names.size() && names[i] != ".."; ++i) {
      ahead.push_back(names[i]);
      if (ahead.size() > kDeepestPath) return std::nullopt;
      arguments.push_back(joined(ahead));
    }
    const auto listing = parse_tree(read_text(std::move(arguments), kLargestTreeListing));
    for (; walked < names.size() && names[walked] != ".."; ++walked) {
      real.push_back(names[walked]);
      const auto here = std::find_if(listing.begin(), listing.end(), [&](const TreeEntry& entry) {
        return entry.path == joined(real);
      });
      if (here == listing.end()) return std::nullopt;
      last = *here;
      if (last->kind == TreeEntry::Kind::directory) continue;
      ++walked;
      return last;
    }
  }
  return last;
}

std::vector<std::string> CommitTree::targets_of(const std::vector<TreeEntry>& links) const {
  if (links.empty()) return {};
  std::string requests;
  std::size_t size = 0;
  for (const auto& link : links) {
    if (link.size == 0 || link.size > kLongestTarget)
      throw Error("the link '" + link.path + "' of the repository is empty or too long");
    requests += link.object + "\n";
    size += link.object.size() + link.size + 50;
  }
  const auto answer = read_text({"cat-file", "--batch", "--buffer"}, size, std::move(requests));
  std::vector<std::string> targets;
  std::size_t at = 0;
  for (const auto& link : links) {
    const auto header = link.object + " blob " + std::to_string(link.size) + "\n";
    if (answer.compare(at, header.size(), header) != 0 ||
        answer.size() < at + header.size() + link.size + 1)
      throw DamagedObjects("cannot read the links of a Git mirror");
    targets.push_back(answer.substr(at + header.size(), link.size));
    at += header.size() + link.size + 1;
  }
  return targets;
}

std::vector<TreeEntry> CommitTree::entries_of(const std::string& tree) const {
  return parse_tree(
      read_text({"ls-tree", "-r", "-t", "-z", "--long", "--full-tree", tree}, kLargestTreeListing));
}

std::vector<TreeEntry> CommitTree::list(const std::string& path) {
  const auto directory = find(path);
  if (!directory || directory->kind != TreeEntry::Kind::directory)
    throw Error("the repository has no directory '" + path + "' at commit " + commit_)
        .advise("set the target's path to the directory of its PKGBUILD");
  std::vector<TreeEntry> result;
  add(*directory, {}, 0, result);
  check_tree(result);
  return result;
}

/// Adds what is in the directory, as if it lay `below`.
void CommitTree::add(const TreeEntry& directory, const std::string& below, int depth,
                     std::vector<TreeEntry>& result) {
  auto entries = entries_of(directory.object);
  check_tree(entries);
  std::vector<TreeEntry> links;
  std::copy_if(entries.begin(), entries.end(), std::back_inserter(links),
               [](const TreeEntry& entry) { return entry.kind == TreeEntry::Kind::link; });
  const auto targets = targets_of(links);
  std::size_t next = 0;
  for (auto& entry : entries) {
    const auto where = entry.path;
    entry.path = under(below, where);
    if (entry.kind == TreeEntry::Kind::link && leads_out(where, targets[next++]))
      add_replaced(std::move(entry),
                   under(under(directory.path, directory_of(where)), targets[next - 1]), directory,
                   depth, result);
    else
      result.push_back(std::move(entry));
  }
  // Copies of copies grow fast.
  if (depth > 0) check_tree(result);
}

void CommitTree::add_replaced(TreeEntry link, const std::string& location,
                              const TreeEntry& directory, int depth,
                              std::vector<TreeEntry>& result) {
  auto found = find(location);
  if (!found || found->kind == TreeEntry::Kind::submodule) return;
  if (found->is_file()) {
    found->path = std::move(link.path);
    result.push_back(std::move(*found));
    return;
  }
  if (depth == kDeepestCopy || is_within(directory.path, found->path)) return;
  result.push_back({TreeEntry::Kind::directory, found->object, 0, link.path});
  add(*found, link.path, depth + 1, result);
}

}  // namespace pkgkiln::git
