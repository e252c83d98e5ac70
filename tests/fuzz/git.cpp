#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/git/mirror/tree.hpp"
#include "core/git/remote_url.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

namespace {

using git::TreeEntry;

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
    writer.finish();
  });
  return whole ? tar : std::string();
}

}  // namespace

void tree(std::string_view input) {
  accepted([&] {
    constexpr std::size_t id_size = 20;
    const auto entries = git::parse_tree(input, id_size);
    std::size_t size = 0;
    for (const auto& entry : entries) {
      must(git::is_object_id(entry.object), "an object has an id");
      must(!entry.path.empty(), "an entry has a name");
      size += entry.path.size() + id_size + 2;
    }
    must(size + entries.size() * 5 <= input.size(), "every entry is there");
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
