#include "core/repodb/database_text.hpp"

#include <charconv>
#include <optional>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/package/package_name.hpp"

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

/// Calls `take` with each heading and the first line below it.
template <typename Take>
void each_first_value(std::string_view text, Take take) {
  std::string_view heading;
  while (!text.empty()) {
    const auto line = take_until(text, '\n');
    if (!heading.empty()) {
      take(heading, line);
      heading = {};
      // The other lines of the field end with an empty one.
      if (line.empty()) continue;
      const auto field_end = text.find("\n\n");
      const bool more = !text.empty() && text.front() != '\n';
      if (more) text.remove_prefix(field_end == std::string_view::npos ? text.size() : field_end);
    } else if (is_database_heading(line)) {
      heading = line;
    }
  }
}

/// What a "desc" says of its package, of each field the first that there is.
struct Facts {
  std::optional<std::string_view> pkgname, version, file_name, sha256, size, pkgbase;

  explicit Facts(std::string_view text) {
    each_first_value(text, [this](std::string_view heading, std::string_view value) {
      auto* fact = named(heading);
      if (fact != nullptr && !*fact) *fact = value;
    });
  }

 private:
  std::optional<std::string_view>* named(std::string_view heading) {
    if (heading == "%NAME%") return &pkgname;
    if (heading == "%VERSION%") return &version;
    if (heading == "%BASE%") return &pkgbase;
    if (heading == "%FILENAME%") return &file_name;
    if (heading == "%SHA256SUM%") return &sha256;
    return heading == "%CSIZE%" ? &size : nullptr;
  }
};

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
  auto entry = desc_facts(text);
  entry.desc = std::move(text);
  return entry;
}

DatabaseEntry desc_facts(std::string_view text) {
  const Facts facts(text);
  DatabaseEntry entry;
  entry.pkgname = facts.pkgname.value_or("");
  entry.version = facts.version.value_or("");
  entry.file_name = facts.file_name.value_or("");
  entry.sha256 = facts.sha256.value_or("");
  entry.pkgbase = facts.pkgbase.value_or("");
  entry.replaces = desc_values(text, "REPLACES");
  entry.provides = desc_values(text, "PROVIDES");
  const auto size = facts.size.value_or("");
  std::from_chars(size.data(), size.data() + size.size(), entry.size);
  if (!is_package_name(entry.pkgname) || !is_full_version(entry.version))
    throw Error("an entry has no valid name and version");
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
    const auto line = take_until(text, '\n');
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

std::string desc_without(std::string_view text, std::string_view field) {
  const auto wanted = "%" + std::string(field) + "%";
  std::string rest;
  bool in_field = false, left_out = false;
  while (!text.empty()) {
    const auto line = take_until(text, '\n');
    if (!in_field && is_database_heading(line)) {
      in_field = true;
      left_out = line == wanted;
    }
    if (!left_out) (rest += line) += '\n';
    if (line.empty()) in_field = left_out = false;
  }
  return rest;
}

}  // namespace pkgkiln::pacman
