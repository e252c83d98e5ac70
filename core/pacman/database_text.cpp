#include "core/pacman/database_text.hpp"

#include <charconv>
#include <map>
#include <vector>

#include "core/base/error.hpp"
#include "core/pacman/package_name.hpp"
#include "core/pacman/text.hpp"
#include "core/pacman/version.hpp"

namespace pkgkiln::pacman {

namespace {

class DescWriter {
 public:
  void field(std::string_view heading, const std::vector<std::string>& values) {
    if (values.empty()) return;
    text_ += '%';
    text_ += heading;
    text_ += "%\n";
    for (const auto& value : values) text_ += value + '\n';
    text_ += '\n';
  }
  void field(std::string_view heading, const std::string& value) {
    if (!value.empty()) field(heading, std::vector<std::string>{value});
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// Heading to the first line below it.
std::map<std::string, std::string, std::less<>> first_values(std::string_view text) {
  std::map<std::string, std::string, std::less<>> values;
  std::string heading;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!heading.empty()) {
      values.emplace(heading, line);
      heading.clear();
      // The other lines of the field end with an empty one.
      if (line.empty()) continue;
      const auto field_end = text.find("\n\n");
      const bool more = !text.empty() && text.front() != '\n';
      if (more) text.remove_prefix(field_end == std::string_view::npos ? text.size() : field_end);
    } else if (is_database_heading(line)) {
      heading = line;
    }
  }
  return values;
}

}  // namespace

std::string desc_text(const PackageArchive& package) {
  const auto& info = package.info;
  DescWriter desc;
  desc.field("FILENAME", package.name.text());
  desc.field("NAME", info.pkgname);
  desc.field("BASE", info.pkgbase);
  desc.field("VERSION", info.version);
  desc.field("DESC", info.description);
  desc.field("GROUPS", info.groups);
  desc.field("CSIZE", std::to_string(package.size));
  desc.field("ISIZE", std::to_string(info.installed_size));
  desc.field("SHA256SUM", package.sha256);
  desc.field("URL", info.url);
  desc.field("LICENSE", info.licenses);
  desc.field("ARCH", info.arch);
  desc.field("BUILDDATE", std::to_string(info.build_date));
  desc.field("PACKAGER", info.packager);
  desc.field("REPLACES", info.replaces);
  desc.field("CONFLICTS", info.conflicts);
  desc.field("PROVIDES", info.provides);
  desc.field("DEPENDS", info.depends);
  desc.field("OPTDEPENDS", info.optdepends);
  desc.field("MAKEDEPENDS", info.makedepends);
  desc.field("CHECKDEPENDS", info.checkdepends);
  return desc.take();
}

std::string files_text(const PackageArchive& package) {
  std::string text = "%FILES%\n";
  for (const auto& file : package.files) text += file + '\n';
  return text;
}

DatabaseEntry parse_desc(std::string text) {
  const auto values = first_values(text);
  const auto value = [&](std::string_view heading) {
    const auto found = values.find(heading);
    return found == values.end() ? std::string() : found->second;
  };
  DatabaseEntry entry;
  entry.pkgname = value("%NAME%");
  entry.version = value("%VERSION%");
  entry.file_name = value("%FILENAME%");
  entry.sha256 = value("%SHA256SUM%");
  const auto size = value("%CSIZE%");
  std::from_chars(size.data(), size.data() + size.size(), entry.size);
  entry.desc = std::move(text);
  if (!is_package_name(entry.pkgname) || !is_full_version(entry.version))
    throw Error("an entry has no sound name and version");
  if (!PackageFileName::parse(entry.file_name))
    throw Error("the entry of " + entry.pkgname + " names no package file");
  return entry;
}

std::vector<std::string> desc_values(std::string_view text, std::string_view field) {
  const auto wanted = "%" + std::string(field) + "%";
  std::vector<std::string> values;
  bool in_field = false;  // where a line that looks like a heading is none
  bool found = false;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (in_field && line.empty()) {
      if (found) break;
      in_field = false;
    } else if (in_field) {
      if (found) values.emplace_back(line);
    } else if (is_database_heading(line)) {
      in_field = true;
      found = line == wanted;
    }
  }
  return values;
}

}  // namespace pkgkiln::pacman
