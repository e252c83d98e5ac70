#include "core/base/file.hpp"
#include "core/package/package_archive.hpp"
#include "core/package/package_name.hpp"
#include "core/repodb/database_text.hpp"
#include "core/repodb/distribution.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

namespace {

using pacman::DatabaseEntry;
using pacman::RepositoryDatabase;

void check(const DatabaseEntry& entry) {
  must(pacman::is_package_name(entry.pkgname), "an entry has a name");
  must(pacman::is_full_version(entry.version), "an entry has a version");
  must(pacman::PackageFileName::parse(entry.file_name).has_value(), "an entry has a file");
}

bool same(const DatabaseEntry& a, const DatabaseEntry& b) {
  return a.pkgname == b.pkgname && a.version == b.version && a.file_name == b.file_name &&
         a.sha256 == b.sha256 && a.size == b.size && a.desc == b.desc && a.files == b.files;
}

}  // namespace

void desc(std::string_view input) {
  for (const auto* field : {"DEPENDS", "PROVIDES", "%", ""}) {
    for (const auto& value : pacman::desc_values(input, field))
      must(!value.empty() && value.find('\n') == std::string::npos, "a value is a line");
  }
  must(pacman::desc_values(pacman::desc_without(input, "PROVIDES"), "PROVIDES").empty(),
       "a field can be left out");
  accepted([&] {
    const auto entry = pacman::parse_desc(std::string(input));
    check(entry);
    must(entry.desc == input, "the text is kept");
    must(pacman::desc_values(input, "NAME").at(0) == entry.pkgname, "one name for all");
    must(pacman::desc_values(input, "FILENAME").at(0) == entry.file_name, "one file for all");
  });
}

void database(std::string_view input) {
  const auto path = file_of(input, "r.db");
  accepted([&] {
    const auto database = RepositoryDatabase::read(path);
    for (const auto& [pkgname, entry] : database.entries()) {
      must(pkgname == entry.pkgname, "an entry stands under its name");
      check(entry);
    }
    std::string written;
    database.write([&](std::string_view bytes) { written += bytes; },
                   RepositoryDatabase::Form::files);
    const auto again = RepositoryDatabase::read(file_of(written, "again.db"));
    must(again.entries().size() == database.entries().size(), "as many are read again");
    for (const auto& [pkgname, entry] : database.entries())
      must(again.find(pkgname) != nullptr && same(*again.find(pkgname), entry),
           "what is written is read again");
  });
  accepted([&] {
    const auto distribution = pacman::Distribution::read("image", {path});
    const auto kept = file_of("", "distribution");
    distribution.save(kept);
    must(pacman::Distribution::load(kept).has_value(), "what is kept is read again");
  });
}

void package_archive(std::string_view input) {
  const auto path = file_of(input, "foo-1-1-any.pkg.tar");
  accepted([&] {
    const auto package = pacman::PackageArchive::read(path);
    must(package.size == input.size(), "the size is the file's");
    must(package.info.pkgname == "foo" && package.info.version == "1-1", "the name is the file's");
    must(sorted_and_unique(package.files), "files are sorted, each once");
    for (const auto& file : package.files)
      must(!file.empty() && file.front() != '/' && file.front() != '.', "files are below the root");
    const auto entry = pacman::parse_desc(pacman::desc_text(package));
    must(entry.pkgname == "foo" && entry.file_name == "foo-1-1-any.pkg.tar",
         "its entry can be read");
    must(pacman::desc_values(entry.desc, "DEPENDS") == package.info.depends,
         "its dependencies stand in the entry");
  });
}

}  // namespace pkgkiln::fuzz
