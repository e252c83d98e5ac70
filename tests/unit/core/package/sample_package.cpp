#include "tests/unit/core/package/sample_package.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <memory>

#include "core/base/error.hpp"

namespace pkgkiln::test {

namespace fs = std::filesystem;

namespace {

struct Free {
  void operator()(archive* writer) const { archive_write_free(writer); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

/// Not Catch2's: threads write packages too.
void must(bool fine) {
  if (!fine) throw Error("cannot write the archive of a test");
}

void add_filter(archive* writer, const fs::path& path) {
  const auto extension = path.extension().string();
  if (extension == ".gz") {
    must(archive_write_add_filter_gzip(writer) == ARCHIVE_OK);
    // Or the same package would be another file a second later.
    must(archive_write_set_filter_option(writer, "gzip", "timestamp", nullptr) == ARCHIVE_OK);
  }
  if (extension == ".xz") must(archive_write_add_filter_xz(writer) == ARCHIVE_OK);
  if (extension == ".bz2") must(archive_write_add_filter_bzip2(writer) == ARCHIVE_OK);
  if (extension == ".zst") must(archive_write_add_filter_zstd(writer) == ARCHIVE_OK);
}

}  // namespace

void write_archive(const fs::path& path,
                   const std::vector<std::pair<std::string, std::string>>& entries) {
  const std::unique_ptr<archive, Free> writer(archive_write_new());
  add_filter(writer.get(), path);
  must(archive_write_set_format_pax_restricted(writer.get()) == ARCHIVE_OK);
  must(archive_write_open_filename(writer.get(), path.c_str()) == ARCHIVE_OK);
  for (const auto& [name, content] : entries) {
    const std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
    const bool directory = name.ends_with('/');
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_filetype(entry.get(), directory ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry.get(), directory ? 0755 : 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(content.size()));
    // Names that aren't ASCII give a warning in the C locale, and are written as they are.
    must(archive_write_header(writer.get(), entry.get()) >= ARCHIVE_WARN);
    must(archive_write_data(writer.get(), content.data(), content.size()) ==
         static_cast<la_ssize_t>(content.size()));
  }
  must(archive_write_close(writer.get()) == ARCHIVE_OK);
}

void write_database(const fs::path& path, const std::vector<SampleEntry>& entries) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& [pkgname, version, fields] : entries)
    files.emplace_back(pkgname + "-" + version + "/desc",
                       "%FILENAME%\n" + pkgname + "-" + version + "-any.pkg.tar.zst\n\n%NAME%\n" +
                           pkgname + "\n\n%VERSION%\n" + version + "\n\n" + fields);
  write_archive(path, files);
}

std::string SamplePackage::file_name() const {
  return pkgname + "-" + version + "-" + arch + extension;
}

std::string SamplePackage::pkginfo() const {
  return "# a comment\npkgname = " + pkgname +
         "\npkgbase = " + (pkgbase.empty() ? pkgname : pkgbase) + "\npkgver = " + version +
         "\npkgdesc = A sample\nurl = https://example.org/\nbuilddate = 1700000000\n"
         "packager = A Tester <tester@example.org>\nsize = 6\narch = " +
         arch + "\nlicense = MIT\n" + more_info;
}

fs::path SamplePackage::write(const fs::path& directory) const {
  const auto path = directory / file_name();
  std::vector<std::pair<std::string, std::string>> entries = {
      {".BUILDINFO", "format = 2\n" + build_info},
      {".MTREE", "not looked at"},
      {".PKGINFO", pkginfo()}};
  entries.insert(entries.end(), files.begin(), files.end());
  // Never into a file that may have been published from there.
  fs::remove(path);
  write_archive(path, entries);
  return path;
}

}  // namespace pkgkiln::test
