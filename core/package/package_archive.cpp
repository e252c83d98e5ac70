#include "core/package/package_archive.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/package/package_name.hpp"
#include "core/package/tar_reader.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::size_t kLongestLine = std::size_t{16} << 10U;
/// The end of the year 9999: pacman crashes at years that don't fit an int.
constexpr std::int64_t kLatestBuildDate = 253'402'300'799;
/// pacman adds them up, in a signed number.
constexpr std::uint64_t kLargestSize = std::uint64_t{1} << 50U;

struct TextKey {
  std::string_view key;
  std::string PkgInfo::*member;
};

struct ListKey {
  std::string_view key;
  std::vector<std::string> PkgInfo::*member;
};

constexpr std::array<TextKey, 7> kTextKeys = {{{"pkgname", &PkgInfo::pkgname},
                                               {"pkgbase", &PkgInfo::pkgbase},
                                               {"pkgver", &PkgInfo::version},
                                               {"pkgdesc", &PkgInfo::description},
                                               {"url", &PkgInfo::url},
                                               {"packager", &PkgInfo::packager},
                                               {"arch", &PkgInfo::arch}}};

constexpr std::array<ListKey, 9> kListKeys = {{{"group", &PkgInfo::groups},
                                               {"license", &PkgInfo::licenses},
                                               {"replaces", &PkgInfo::replaces},
                                               {"depend", &PkgInfo::depends},
                                               {"conflict", &PkgInfo::conflicts},
                                               {"provides", &PkgInfo::provides},
                                               {"optdepend", &PkgInfo::optdepends},
                                               {"makedepend", &PkgInfo::makedepends},
                                               {"checkdepend", &PkgInfo::checkdepends}}};

Error bad(const std::string& why) {
  return Error("cannot read .PKGINFO").because(why);
}

/// Runs of blanks and tabs become one blank, as repo-add does.
std::string normalized(std::string_view value) {
  std::string result;
  for (const char c : value) {
    const bool blank = c == ' ' || c == '\t';
    if (!blank)
      result += c;
    else if (!result.ends_with(' '))
      result += ' ';
  }
  return result;
}

template <typename Number>
Number number(std::string_view key, std::string_view value, Number most) {
  Number result = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), result);
  if (error != std::errc() || end != value.data() + value.size() || value.starts_with('-'))
    throw bad(std::string(key) + " is no number");
  if (result > most) throw bad(std::string(key) + " is larger than " + std::to_string(most));
  return result;
}

class PkginfoParser {
 public:
  void take_line(std::string_view line) {
    if (line.size() > kLongestLine) throw bad(where() + "it is longer than 16 KiB");
    line = trimmed(line);
    if (line.empty() || line.front() == '#') return;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) throw bad(where() + "expected 'key = value'");
    const auto key = trimmed(line.substr(0, equals));
    const auto value = normalized(trimmed(line.substr(equals + 1)));
    if (has_control_characters(key) || has_control_characters(value))
      throw bad(where() + "control characters");
    // The value becomes a line of the database, and must not begin another field there.
    if (is_database_heading(value)) throw bad(where() + "the value looks like a database field");
    if (!value.empty()) store(key, value);
  }

  void next_line() { ++line_; }
  PkgInfo take_info() { return std::move(info_); }

 private:
  void store(std::string_view key, const std::string& value) {
    for (const auto& known : kListKeys)
      if (known.key == key) return (info_.*known.member).push_back(value);
    for (const auto& known : kTextKeys)
      if (known.key == key) {
        only_once(key);
        info_.*known.member = value;
      }
    if (key == "builddate") info_.build_date = number(key, value, kLatestBuildDate);
    if (key == "size") info_.installed_size = number(key, value, kLargestSize);
  }

  void only_once(std::string_view key) {
    if (!seen_.emplace(key).second) throw bad(where() + std::string(key) + " stands there twice");
  }

  std::string where() const { return "line " + std::to_string(line_) + ": "; }

  PkgInfo info_;
  std::set<std::string, std::less<>> seen_;
  std::size_t line_ = 1;
};

void check(const PkgInfo& info) {
  if (info.pkgname.empty() || info.version.empty() || info.arch.empty())
    throw bad("pkgname, pkgver or arch is missing");
  if (!is_package_name(info.pkgname)) throw bad("pkgname is no package name");
  if (!info.pkgbase.empty() && !is_package_name(info.pkgbase))
    throw bad("pkgbase is no package name");
  if (!is_full_version(info.version)) throw bad("pkgver is no full version");
  if (!is_arch(info.arch)) throw bad("arch is no architecture");
}

constexpr std::size_t kLongestEntryName = 4096;
/// Compiled code shrinks to about a fifth; a file that shrinks far more is made to waste time.
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

/// The package's own metadata, which repo-add leaves out of the list of files.
bool is_metadata(const std::string& name) {
  return name.starts_with('.');
}

/// What is found while reading the archive.
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
      throw Error("it and the other packages of its build have too many entries to be listed");
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

PkgInfo PkgInfo::parse(std::string_view text) {
  if (text.size() > longest) throw bad("it is longer than 256 KiB");
  PkginfoParser parser;
  while (!text.empty()) {
    parser.take_line(take_until(text, '\n'));
    parser.next_line();
  }
  auto info = parser.take_info();
  check(info);
  return info;
}

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
