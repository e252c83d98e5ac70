#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/git/mirror/tree.hpp"
#include "core/git/remote_url.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

namespace {

using git::TreeEntry;

/// As `git ls-tree -z --long` prints it.
std::string printed(const TreeEntry& entry) {
  static const std::vector<std::string> kinds = {"040000 tree ", "100644 blob ", "100755 blob ",
                                                 "120000 blob ", "160000 commit "};
  const bool sized = entry.is_file() || entry.kind == TreeEntry::Kind::link;
  return kinds.at(static_cast<std::size_t>(entry.kind)) + entry.object + " " +
         (sized ? std::to_string(entry.size) : "-") + "\t" + entry.path + std::string(1, '\0');
}

void check_safe(const std::vector<TreeEntry>& entries) {
  std::set<std::string> paths;
  for (const auto& entry : entries) {
    must(!has_control_characters(entry.path) && entry.path.front() != '/' &&
             entry.path.back() != '/',
         "paths are relative");
    const auto inside = "/" + entry.path + "/";
    for (const auto* odd : {"//", "/./", "/../", "/.git/"})
      must(inside.find(odd) == std::string::npos, "paths stay where they are");
    must(paths.insert(entry.path).second, "each path is there once");
  }
}

/// The archive that comes of git's output in pieces of this size; nothing when it is refused.
std::string archive_of(std::string_view output, std::size_t piece) {
  static const std::string id(40, 'a');
  static const std::vector<TreeEntry> entries = {{TreeEntry::Kind::directory, id, 0, "d"},
                                                 {TreeEntry::Kind::file, id, 5, "d/f"},
                                                 {TreeEntry::Kind::executable, id, 0, "x"},
                                                 {TreeEntry::Kind::link, id, 3, "y"},
                                                 {TreeEntry::Kind::submodule, id, 0, "z"}};
  std::string tar;
  const bool whole = accepted([&] {
    TarWriter writer([&](std::string_view bytes) { tar += bytes; }, 0, 0);
    git::ObjectsToTar objects(entries, writer);
    for (auto left = output; !left.empty(); left.remove_prefix(std::min(piece, left.size())))
      objects.take(left.substr(0, piece));
    objects.finish();
  });
  return whole ? tar : std::string();
}

}  // namespace

void tree(std::string_view input) {
  accepted([&] {
    const auto entries = git::parse_tree(input);
    std::string text;
    for (const auto& entry : entries) {
      must(git::is_object_id(entry.object), "an object has an id");
      text += printed(entry);
    }
    must(git::parse_tree(text) == entries, "what is printed is read again");
    git::check_tree(entries);
    check_safe(entries);
  });
}

void object_stream(std::string_view input) {
  const auto whole = archive_of(input, input.size());
  for (const auto piece : {std::size_t{1}, std::size_t{7}})
    must(archive_of(input, piece) == whole, "it doesn't matter how the output is cut");
}

}  // namespace pkgkiln::fuzz
