#include "core/verify/package_comparison.hpp"

#include <array>
#include <cstdint>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <utility>

#include "core/base/digest.hpp"
#include "core/package/build_info.hpp"
#include "core/package/package_name.hpp"
#include "core/package/tar_reader.hpp"

namespace pkgkiln {

namespace {

constexpr const char* kBuildInfo = ".BUILDINFO";
constexpr const char* kPkgInfo = ".PKGINFO";
constexpr const char* kMtree = ".MTREE";

struct Packed {
  std::string kind;     // "file", "directory", "link"
  std::string content;  // its digest and size, or where a link leads
  std::string mode, owner, time;

  bool operator==(const Packed&) const = default;
};

struct Contents {
  std::map<std::string, Packed> entries;
  std::string build_info, pkg_info;  // their texts
};

Contents contents_of(const std::filesystem::path& package, std::uint64_t unpacked,
                     const Cancellation& cancel) {
  pacman::TarReader tar(package, {.bytes = unpacked, .cancel = cancel});
  Contents contents;
  while (const auto entry = tar.next()) {
    if (entry->regular && entry->name == kBuildInfo)
      contents.build_info = tar.content(pacman::BuildInfo::longest);
    else if (entry->regular && entry->name == kPkgInfo)
      contents.pkg_info = tar.content(pacman::BuildInfo::longest);
    else
      contents.entries[entry->name] = {
          entry->regular     ? "file"
          : entry->directory ? "directory"
                             : "link",
          entry->regular ? fmt::format("{} bytes, sha256 {}", entry->size, tar.sha256_of_content())
                         : entry->link,
          fmt::format("mode {:o}", entry->mode), fmt::format("owner {}:{}", entry->uid, entry->gid),
          fmt::format("time {}", entry->time)};
  }
  return contents;
}

/// Only what they differ in; of one that only one of them has, what it is.
Difference difference_of(const std::string& name, const Packed& published, const Packed& rebuilt) {
  Difference difference{Difference::Kind::file, name, {}, {}};
  if (published.kind.empty() || rebuilt.kind.empty()) {
    difference.published = published.kind;
    difference.rebuilt = rebuilt.kind;
    return difference;
  }
  for (const auto part :
       {&Packed::kind, &Packed::content, &Packed::mode, &Packed::owner, &Packed::time}) {
    if (published.*part == rebuilt.*part) continue;
    for (auto [text, of] :
         {std::pair(&difference.published, &published), std::pair(&difference.rebuilt, &rebuilt)}) {
      if (!text->empty()) *text += ", ";
      *text += of->*part;
    }
  }
  return difference;
}

using Fields = std::map<std::string, std::vector<std::string>>;

Fields fields_of(const std::string& metadata) {
  Fields fields;
  for (const auto& [key, value] : pacman::metadata_lines(metadata))
    fields[std::string(key)].emplace_back(value);
  return fields;
}

std::string all_of(const Fields& fields, const std::string& key) {
  const auto found = fields.find(key);
  return found == fields.end() ? std::string() : fmt::format("{}", fmt::join(found->second, ", "));
}

/// By name, what was installed: "version-arch".
std::map<std::string, std::string> installed_in(const Fields& fields) {
  std::map<std::string, std::string> installed;
  const auto found = fields.find("installed");
  if (found == fields.end()) return installed;
  for (const auto& text : found->second)
    if (const auto name = pacman::PackageFileName::parse(text + ".pkg.tar"))
      installed[name->pkgname] = name->version + "-" + name->arch;
  return installed;
}

/// Calls `tell` with each key and what either has of it; an empty value is what isn't there.
template <typename Value, typename Tell>
void side_by_side(const std::map<std::string, Value>& left,
                  const std::map<std::string, Value>& right, Tell tell) {
  static const Value none{};
  for (const auto& [key, value] : left) {
    const auto other = right.find(key);
    tell(key, value, other == right.end() ? none : other->second);
  }
  for (const auto& [key, value] : right)
    if (!left.contains(key)) tell(key, none, value);
}

void compare_metadata(const char* file, const Fields& published, const Fields& rebuilt,
                      std::vector<Difference>& found) {
  side_by_side(published, rebuilt,
               [&](const std::string& key, const auto& left, const auto& right) {
                 if (left != right && key != "installed")
                   found.push_back({Difference::Kind::metadata, fmt::format("{} {}", file, key),
                                    all_of(published, key), all_of(rebuilt, key)});
               });
}

}  // namespace

const char* word(Difference::Kind kind) {
  static constexpr std::array words{"file", "metadata", "installed", "archive"};
  return words.at(static_cast<std::size_t>(kind));
}

std::vector<Difference> differences_of(const std::filesystem::path& published,
                                       const std::filesystem::path& rebuilt, std::uint64_t unpacked,
                                       const Cancellation& cancel) {
  std::vector<Difference> found;
  if (sha256_of_file(published, cancel) == sha256_of_file(rebuilt, cancel)) return found;
  const auto left = contents_of(published, unpacked, cancel);
  const auto right = contents_of(rebuilt, unpacked, cancel);
  side_by_side(left.entries, right.entries,
               [&](const std::string& name, const Packed& one, const Packed& other) {
                 if (!(one == other) && name != kMtree)
                   found.push_back(difference_of(name, one, other));
               });
  compare_metadata(kPkgInfo, fields_of(left.pkg_info), fields_of(right.pkg_info), found);
  const auto was = fields_of(left.build_info), is = fields_of(right.build_info);
  compare_metadata(kBuildInfo, was, is, found);
  side_by_side(installed_in(was), installed_in(is),
               [&](const std::string& name, const std::string& one, const std::string& other) {
                 if (one != other) found.push_back({Difference::Kind::installed, name, one, other});
               });
  if (!found.empty()) return found;
  const auto mtree = [](const Contents& contents) {
    const auto entry = contents.entries.find(kMtree);
    return entry == contents.entries.end() ? Packed() : entry->second;
  };
  if (!(mtree(left) == mtree(right)))
    found.push_back(difference_of(kMtree, mtree(left), mtree(right)));
  else
    found.push_back({Difference::Kind::archive, "the order or the compression of the archive",
                     fmt::format("{} bytes", std::filesystem::file_size(published)),
                     fmt::format("{} bytes", std::filesystem::file_size(rebuilt))});
  return found;
}

}  // namespace pkgkiln
