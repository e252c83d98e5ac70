#include "core/git/mirror/commit_tree.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/text.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::uint64_t kLongestCommit = 1U << 20U;
constexpr std::size_t kMostBelow = 50'000;
constexpr std::time_t kLatestTime = std::time_t{1} << 33U;
constexpr std::uint64_t kLongestTarget = 4096;
constexpr int kMostLinksOnTheWay = 40;
constexpr std::size_t kDeepestPath = 100, kDeepestTree = 1000;
constexpr int kMostLookUps = 1000;
constexpr int kDeepestCopy = 5;
constexpr std::size_t kMostTold = 10;

std::vector<std::string> names_in(std::string_view path) {
  std::vector<std::string> names;
  while (!path.empty())
    if (const auto name = take_until(path, '/'); !name.empty() && name != ".")
      names.emplace_back(name);
  return names;
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

/// Others are told when what is beside them is to be unpacked.
bool is_usable_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && lower_case(name) != ".git" &&
         !has_control_characters(name) && name.find('/') == std::string::npos;
}

}  // namespace

CommitTree::CommitTree(ObjectReader& objects, const std::string& commit)
    : objects_(objects), commit_(commit) {
  if (!is_object_id(commit)) throw Error("'" + commit + "' is not the name of a commit");
  const auto text = objects_.content(commit, "commit", kLongestCommit);
  constexpr std::string_view tree = "tree ";
  if (text.starts_with(tree)) root_ = text.substr(tree.size(), commit.size());
  if (!is_object_id(root_)) throw DamagedObjects("cannot read commit " + commit);
  // "committer NAME <ADDRESS> SECONDS ZONE"
  for (const std::string_view word : {"\nauthor ", "\ncommitter "}) {
    const auto at = text.find(word);
    const auto end = text.find("> ", at);
    if (at == std::string::npos || end == std::string::npos) return;
    auto who = text.substr(at + word.size(), end + 1 - at - word.size());
    if (people_.empty() || people_.front() != who) people_.push_back(std::move(who));
  }
  const auto name_end = text.find("> ", text.find("\ncommitter "));
  std::from_chars(text.data() + name_end + 2, text.data() + text.size(), time_);
  time_ = std::clamp(time_, std::time_t{0}, kLatestTime);
}

std::string CommitTree::read(const TreeEntry& file, std::uint64_t limit) {
  return objects_.content(file.object, "blob", limit);
}

std::optional<TreeEntry> CommitTree::find(const std::string& path) {
  looked_up_ = 0;
  return follow(path);
}

std::optional<std::string> CommitTree::link_at(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto directory = find(slash == std::string::npos ? "" : path.substr(0, slash));
  if (!directory) return std::nullopt;
  auto names = names_in(directory->path);
  names.push_back(path.substr(slash + 1));
  const auto entry = entry_at(names);
  if (!entry || entry->kind != TreeEntry::Kind::link) return std::nullopt;
  return target_of(*entry);
}

bool CommitTree::are_alike(const std::string& tree, const std::string& other,
                           const std::vector<std::string>& but_for) {
  const auto rest_of = [&](const std::string& id) -> std::optional<ObjectReader::Tree> {
    if (!objects_.find(id)) return std::nullopt;
    auto entries = *objects_.tree(id);
    std::erase_if(entries, [&](const TreeEntry& entry) {
      return std::ranges::find(but_for, entry.path) != but_for.end();
    });
    return entries;
  };
  const auto rest = rest_of(other);
  return rest && rest == rest_of(tree);
}

std::optional<TreeEntry> CommitTree::follow(const std::string& path) {
  TreeEntry root{TreeEntry::Kind::directory, root_, 0, {}};
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
    const auto target = target_of(*found);
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
  if (++looked_up_ > kMostLookUps)
    throw Error("too many links of the repository lead out of their directory");
  while (walked < names.size()) {
    const auto& name = names[walked];
    if (name == "..") {
      if (real.empty()) return std::nullopt;
      real.pop_back();
      ++walked;
      last.reset();
      continue;
    }
    real.push_back(name);
    if (real.size() > kDeepestPath) return std::nullopt;
    last = entry_at(real);
    if (!last) return std::nullopt;
    ++walked;
    if (last->kind != TreeEntry::Kind::directory) return last;
  }
  return last;
}

/// What lies at a path that leads through directories alone.
std::optional<TreeEntry> CommitTree::entry_at(const Names& real) {
  TreeEntry at{TreeEntry::Kind::directory, root_, 0, {}};
  for (const auto& name : real) {
    if (at.kind != TreeEntry::Kind::directory) return std::nullopt;
    const auto entries = objects_.tree(at.object);
    const auto found = std::ranges::find(*entries, name, &TreeEntry::path);
    if (found == entries->end()) return std::nullopt;
    auto path = under(at.path, name);
    at = *found;
    at.path = std::move(path);
  }
  return at;
}

std::string CommitTree::target_of(TreeEntry link) {
  std::vector<TreeEntry> measured{std::move(link)};
  objects_.measure(measured);
  const auto& one = measured.front();
  if (one.size == 0 || one.size > kLongestTarget)
    throw Error("the link '" + one.path + "' of the repository is empty or too long");
  return objects_.content(one.object, "blob", kLongestTarget);
}

/// All entries below a tree, each directory before what is in it; paths begin with `below`.
void CommitTree::add_all(const std::string& tree, const std::string& below,
                         std::vector<TreeEntry>& result) {
  const auto entries = objects_.tree(tree);
  for (const auto& entry : *entries) {
    result.push_back(entry);
    result.back().path = under(below, entry.path);
    if (result.size() > kMostBelow) throw Error("the repository's directory has too many files");
    if (std::count(below.begin(), below.end(), '/') > static_cast<std::ptrdiff_t>(kDeepestTree))
      throw Error("the repository's directory is too deep");
    if (entry.kind == TreeEntry::Kind::directory)
      add_all(entry.object, std::string(result.back().path), result);
  }
}

bool CommitTree::holds_file(const ObjectReader::Tree& tree, const std::string& directory,
                            const std::string& name) {
  const auto found = std::ranges::find(tree, name, &TreeEntry::path);
  if (found == tree.end()) return false;
  if (found->kind != TreeEntry::Kind::link) return found->is_file();
  const auto leads_to = find(under(directory, name));
  return leads_to && leads_to->is_file();
}

std::vector<std::string> CommitTree::directories_with(const std::string& file,
                                                      const PathPattern& wanted,
                                                      const std::vector<PathPattern>& excluded) {
  std::vector<std::string> taken;
  std::vector<std::pair<std::string, std::string>> left{{"", root_}};  // path and tree
  std::size_t visited = 0;
  while (!left.empty()) {
    const auto [path, id] = std::move(left.back());
    left.pop_back();
    const auto names_it = [&at = path](const PathPattern& one) { return one.matches(at); };
    if (std::ranges::any_of(excluded, names_it)) continue;
    const bool reaches_below = wanted.reaches_below(path);
    if (!reaches_below && !wanted.matches(path)) continue;
    if (++visited > kMostBelow) throw Error("the repository has too many directories");
    const auto tree = objects_.tree(id);
    if (wanted.matches(path) && holds_file(*tree, path, file)) taken.push_back(path);
    if (!reaches_below ||
        std::count(path.begin(), path.end(), '/') >= static_cast<std::ptrdiff_t>(kDeepestPath))
      continue;
    for (auto entry = tree->rbegin(); entry != tree->rend(); ++entry)
      if (entry->kind == TreeEntry::Kind::directory && is_usable_name(entry->path))
        left.emplace_back(under(path, entry->path), entry->object);
  }
  return taken;
}

CommitTree::Listing CommitTree::list(const std::string& path) {
  const auto directory = find(path);
  if (!directory || directory->kind != TreeEntry::Kind::directory)
    throw Error("the repository has no directory '" + path + "' at commit " + commit_)
        .advise("set the target's path to the directory of its PKGBUILD");
  Listing result;
  replaced_ = false;
  add(*directory, {}, 0, result);
  check_tree(result.entries);
  if (!replaced_) result.tree = directory->object;
  return result;
}

/// Adds what is in the directory, as if it lay `below`.
void CommitTree::add(const TreeEntry& directory, const std::string& below, int depth,
                     Listing& result) {
  std::vector<TreeEntry> entries;
  add_all(directory.object, {}, entries);
  objects_.measure(entries);
  check_tree(entries);
  for (auto& entry : entries) {
    const auto where = entry.path;
    const auto target = entry.kind == TreeEntry::Kind::link ? target_of(entry) : std::string();
    entry.path = under(below, where);
    if (entry.kind == TreeEntry::Kind::link && leads_out(where, target))
      add_replaced(std::move(entry), under(under(directory.path, directory_of(where)), target),
                   directory, depth, result);
    else
      result.entries.push_back(std::move(entry));
  }
  // Copies of copies grow fast.
  if (depth > 0) check_tree(result.entries);
}

void CommitTree::add_replaced(TreeEntry link, const std::string& location,
                              const TreeEntry& directory, int depth, Listing& result) {
  replaced_ = true;
  auto found = follow(location);
  const bool is_endless = found && found->kind == TreeEntry::Kind::directory &&
                          (depth == kDeepestCopy || is_within(directory.path, found->path));
  if (!found || found->kind == TreeEntry::Kind::submodule || is_endless) {
    if (result.left_out.size() < kMostTold) result.left_out.push_back(std::move(link.path));
    return;
  }
  if (found->is_file()) {
    found->path = std::move(link.path);
    std::vector<TreeEntry> measured{std::move(*found)};
    objects_.measure(measured);
    result.entries.push_back(std::move(measured.front()));
    return;
  }
  result.entries.push_back({TreeEntry::Kind::directory, found->object, 0, link.path});
  add(*found, link.path, depth + 1, result);
}

}  // namespace pkgkiln::git
