#include "core/pacman/package_archive.hpp"

#include <algorithm>
#include <optional>

#include "core/base/error.hpp"
#include "core/pacman/tar_reader.hpp"
#include "core/pacman/text.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::size_t kLongestEntryName = 4096;
/// Compilers' output shrinks to a fifth; what shrinks far more only holds up who reads it.
constexpr std::uint64_t kAlwaysUnpacked = std::uint64_t{1} << 30U;
constexpr std::uint64_t kLargestRatio = 200;

/// Whether one of the components between slashes is empty, "." or "..".
bool has_odd_component(std::string_view name) {
  if (name.ends_with('/')) name.remove_suffix(1);
  for (;;) {
    const auto slash = name.find('/');
    const auto component = name.substr(0, slash);
    if (component.empty() || component == "." || component == "..") return true;
    if (slash == std::string_view::npos) return false;
    name.remove_prefix(slash + 1);
  }
}

void check_entry_name(const std::string& name) {
  const auto bad = [](const std::string& why) { return Error("an entry's name " + why); };
  if (name.size() > kLongestEntryName) throw bad("is longer than 4096 bytes");
  if (has_control_characters(name)) throw bad("holds control characters");
  if (name.starts_with('/')) throw bad("is absolute: '" + name + "'");
  if (has_odd_component(name)) throw bad("is empty or holds '.', '..' or '//': '" + name + "'");
  if (is_database_heading(name)) throw bad("looks like a database field: '" + name + "'");
}

/// The metadata of the package itself: what repo-add leaves out of the list of files.
bool is_metadata(const std::string& name) {
  return name.starts_with('.');
}

/// Everything that is found while the archive goes by.
struct Content {
  std::optional<PkgInfo> info;
  std::vector<std::string> files;
  std::uint64_t listed = 0;
};

void take_entry(const TarReader::Entry& entry, TarReader& reader, Content& content) {
  check_entry_name(entry.name);
  if (entry.name == ".PKGINFO") {
    if (content.info) throw Error("it holds .PKGINFO twice");
    if (!entry.regular) throw Error(".PKGINFO is not a regular file");
    content.info = PkgInfo::parse(reader.content(PkgInfo::longest));
  } else if (!is_metadata(entry.name)) {
    const bool needs_slash = entry.directory && !entry.name.ends_with('/');
    content.files.push_back(needs_slash ? entry.name + "/" : entry.name);
  }
}

Content read_entries(TarReader& reader, std::uint64_t most_listed) {
  Content content;
  while (const auto entry = reader.next()) {
    content.listed += entry->name.size() + sizeof(std::string);
    if (content.listed > most_listed)
      throw Error("its entries, with those of the packages beside it, are too many to be listed");
    take_entry(*entry, reader, content);
  }
  if (!content.info) throw Error("it holds no .PKGINFO");
  std::sort(content.files.begin(), content.files.end());
  content.files.erase(std::unique(content.files.begin(), content.files.end()), content.files.end());
  return content;
}

void check_agreement(const PackageFileName& name, const PkgInfo& info) {
  if (name.pkgname != info.pkgname || name.version != info.version || name.arch != info.arch)
    throw Error("its .PKGINFO says that it is " + info.pkgname + "-" + info.version + "-" +
                info.arch);
}

}  // namespace

PackageArchive PackageArchive::read(const std::filesystem::path& path, const std::string& file_name,
                                    const PackageLimits& limits) {
  const auto shown = "'" + path.string() + "' is not a sound package";
  const auto name =
      PackageFileName::parse(file_name.empty() ? path.filename().string() : file_name);
  if (!name) throw Error(shown).because("its name is not that of a package file");
  try {
    TarReader reader(path, {limits.unpacked, kAlwaysUnpacked, kLargestRatio, limits.cancel,
                            "raise build.unpacked_size, if the packages are to hold that much"});
    auto content = read_entries(reader, limits.listed);
    auto whole = reader.finish();
    check_agreement(*name, *content.info);
    return {path,          *name,       std::move(*content.info), whole.size,
            whole.sha256,  whole.stamp, std::move(content.files), whole.unpacked,
            content.listed};
  } catch (Error& error) {
    error.while_doing(shown);
    throw;
  }
}

std::vector<PackageArchive> PackageArchive::read_set(
    const std::vector<std::filesystem::path>& paths, PackageLimits limits) {
  std::vector<PackageArchive> packages;
  for (const auto& path : paths) {
    packages.push_back(read(path, {}, limits));
    limits.unpacked -= packages.back().unpacked;
    limits.listed -= packages.back().listed;
  }
  return packages;
}

}  // namespace pkgkiln::pacman
