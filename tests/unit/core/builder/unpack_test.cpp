#include "core/builder/unpack.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/tar_writer.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

Source source_of(std::string bytes) {
  return [bytes = std::move(bytes), at = std::size_t{0}](char* buffer, std::size_t size) mutable {
    const auto part = bytes.copy(buffer, size, at);
    at += part;
    return part;
  };
}

/// A tar with one entry of any kind.
std::string tar_with(const std::string& name, unsigned type, const std::string& link = {},
                     bool hard = false) {
  std::string bytes(1U << 16U, '\0');
  std::size_t used = 0;
  auto* writer = archive_write_new();
  archive_write_set_format_gnutar(writer);
  archive_write_open_memory(writer, bytes.data(), bytes.size(), &used);
  auto* entry = archive_entry_new();
  archive_entry_set_pathname(entry, name.c_str());
  archive_entry_set_filetype(entry, type);
  archive_entry_set_perm(entry, 0644);
  if (!link.empty() && hard) archive_entry_set_hardlink(entry, link.c_str());
  if (!link.empty() && !hard) archive_entry_set_symlink(entry, link.c_str());
  archive_write_header(writer, entry);
  archive_entry_free(entry);
  archive_write_close(writer);
  archive_write_free(writer);
  bytes.resize(used);
  return bytes;
}

std::string tar_of(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string bytes;
  TarWriter writer([&](std::string_view part) { bytes += part; }, 0, 0);
  writer.directory("pkgdest");
  for (const auto& [name, content] : files) {
    writer.file(name, content.size(), false);
    writer.write(content);
  }
  writer.finish();
  return bytes;
}

constexpr const char* kName = "pkgdest/foo-1-1-any.pkg.tar.zst";

}  // namespace

TEST_CASE("package files are unpacked") {
  const TempDir directory;
  const std::string large(300'000, 'x');
  const auto files = unpack_packages(
      source_of(tar_of({{kName, large}, {"pkgdest/bar++-1:2-1-any.pkg.tar.xz", "b"}})),
      directory.path());
  REQUIRE(files.size() == 2);
  CHECK(files[0].filename() == "bar++-1:2-1-any.pkg.tar.xz");
  CHECK(read_file(files[1]) == large);
}

TEST_CASE("an empty PKGDEST gives no files") {
  const TempDir directory;
  CHECK(unpack_packages(source_of(tar_of({})), directory.path()).empty());
}

TEST_CASE("everything else in PKGDEST is refused, and nothing is written outside") {
  const TempDir directory;
  const auto inside = directory.path() / "spool";
  std::filesystem::create_directory(inside);
  const auto refused = [&](const std::string& tar, const char* why) {
    CHECK_THROWS_WITH(unpack_packages(source_of(tar), inside), ContainsSubstring(why));
    CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
  };
  refused(tar_of({{"pkgdest/readme.txt", "x"}}), "no package file");
  refused(tar_of({{"pkgdest/../foo-1-1-any.pkg.tar.zst", "x"}}), "no package file");
  refused(tar_of({{"/foo-1-1-any.pkg.tar.zst/x", "x"}}), "no package file");
  refused(tar_of({{"pkgdest/sub/foo-1-1-any.pkg.tar.zst", "x"}}), "no package file");
  refused(tar_with(kName, AE_IFLNK, "/etc/passwd"), "no regular file");
  refused(tar_with(kName, AE_IFREG, "/etc/passwd", true), "no regular file");
  refused(tar_with(kName, AE_IFCHR), "no regular file");
  refused(tar_with(kName, AE_IFIFO), "no regular file");
}

TEST_CASE("the same name twice, too many files and too many bytes are refused") {
  const TempDir directory;
  CHECK_THROWS_AS(
      unpack_packages(source_of(tar_of({{kName, "x"}, {kName, "y"}})), directory.path()), Error);
  const TempDir second;
  CHECK_THROWS_WITH(
      unpack_packages(source_of(tar_of({{kName, "x"}, {"pkgdest/b-1-1-any.pkg.tar.zst", "y"}})),
                      second.path(), {1, 100}),
      ContainsSubstring("more than 1 files"));
  const TempDir third;
  CHECK_THROWS_WITH(
      unpack_packages(source_of(tar_of({{kName, std::string(200, 'x')}})), third.path(), {5, 100}),
      ContainsSubstring("more than 100 bytes"));
}

TEST_CASE("what is too large, or leaves too little room, is refused before it is written") {
  const TempDir directory;
  const auto tar = tar_of({{kName, std::string(300'000, 'x')}});
  const auto nothing_is_there = [&] { return std::filesystem::is_empty(directory.path()); };
  CHECK_THROWS_WITH(unpack_packages(source_of(tar), directory.path(), {5, 100'000}),
                    ContainsSubstring("more than 100000 bytes"));
  CHECK(nothing_is_there());
  const auto room = std::filesystem::space(directory.path()).available;
  CHECK_THROWS_WITH(unpack_packages(source_of(tar), directory.path(), {5, 1U << 20U, room}),
                    ContainsSubstring("there is no space"));
  CHECK(nothing_is_there());
}

TEST_CASE("unpacking stops when asked to") {
  const TempDir directory;
  Cancellation cancel;
  const Source first_some = [bytes = tar_of({{kName, std::string(9'000'000, 'x')}}),
                             at = std::size_t{0}, &cancel](char* buffer, std::size_t size) mutable {
    const auto part = bytes.copy(buffer, size, at);
    at += part;
    if (at > 1'000'000) cancel.request(15);
    return part;
  };
  CHECK_THROWS_AS(unpack_packages(first_some, directory.path(), {}, cancel), Cancelled);
  CHECK(std::filesystem::file_size(directory.path() / "foo-1-1-any.pkg.tar.zst") < 2'000'000);
}

TEST_CASE("a truncated stream is an error") {
  const TempDir directory;
  auto tar = tar_of({{kName, std::string(100'000, 'x')}});
  tar.resize(50'000);
  CHECK_THROWS_AS(unpack_packages(source_of(tar), directory.path()), Error);
}

TEST_CASE("what the stream throws comes out") {
  const TempDir directory;
  const Source failing = [](char*, std::size_t) -> std::size_t { throw Error("the engine left"); };
  CHECK_THROWS_WITH(unpack_packages(failing, directory.path()), "the engine left");
}
