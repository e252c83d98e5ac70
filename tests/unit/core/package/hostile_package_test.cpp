#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "core/base/file.hpp"
#include "core/package/package_archive.hpp"
#include "core/package/tar_reader.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"
#include "tests/unit/core/package/sample_package.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::Cancellation;
using pkgkiln::Cancelled;
using pkgkiln::Error;
using pkgkiln::read_file;
using pkgkiln::TempDir;
using pkgkiln::pacman::PackageArchive;
using pkgkiln::pacman::TarReader;
using pkgkiln::test::run_program;
using pkgkiln::test::SamplePackage;
using pkgkiln::test::write_archive;

namespace {

constexpr const char* kHonest = "pkgname = sample\npkgver = 1.0-1\narch = any\n";

std::string octal(std::size_t value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%0*zo", digits, value);
  return text.data();
}

/// With its checksum.
std::string signed_header(std::string header) {
  header.replace(148, 8, 8, ' ');
  std::size_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  return header.replace(148, 8, octal(sum, 6) + "  ");
}

/// A tar header as they were before POSIX: no magic. `fill` stands where there is nothing.
std::string old_header(const std::string& name, std::size_t size, char fill) {
  auto header = name + std::string(100 - name.size(), fill);
  header += "0000644 0000000 0000000 " + octal(size, 11) + " 00000000000         0";
  header.resize(512, fill);
  for (std::size_t i = 160; fill != 0 && i < header.size(); i += 60) header[i] = '\n';
  return signed_header(header);
}

/// One of POSIX, with no more in it.
std::string posix_header(const std::string& name, std::size_t size) {
  return signed_header(old_header(name, size, '\0').replace(257, 5, "ustar"));
}

std::string uuencoded(const std::string& bytes) {
  const auto digit = [](unsigned value) {
    return value == 0 ? '`' : static_cast<char>(value + 32);
  };
  std::string text = "begin 644 x\n";
  for (std::size_t at = 0; at < bytes.size(); at += 45) {
    auto line = bytes.substr(at, 45);
    text += digit(static_cast<unsigned>(line.size()));
    line.resize((line.size() + 2) / 3 * 3);
    for (std::size_t i = 0; i < line.size(); i += 3) {
      unsigned bits = 0;
      for (std::size_t j = 0; j < 3; ++j)
        bits = bits << 8U | static_cast<unsigned char>(line[i + j]);
      for (int shift = 18; shift >= 0; shift -= 6) text += digit(bits >> unsigned(shift) & 63U);
    }
    text += '\n';
  }
  return text + "`\nend\n";
}

std::string tar_of(const TempDir& place,
                   const std::vector<std::pair<std::string, std::string>>& entries) {
  const auto path = place.path() / "inner.tar";
  write_archive(path, entries);
  return read_file(path);
}

/// A tar of `size` zeros in one entry, in no more than some kilobytes: frames of zstd that all
/// hold the same.
void write_bomb(const fs::path& path, std::size_t megabytes) {
  constexpr std::size_t piece = 64;
  const auto size = megabytes << 20U;
  const auto packed = [&](const std::string& bytes) {
    const auto raw = path.string() + ".raw";
    pkgkiln::write_file_atomically(raw, bytes);
    const auto made = run_program({"zstd", "-q", "-f", "--rm", raw, "-o", raw + ".zst"});
    INFO(made.output);
    REQUIRE(made.code == 0);
    return read_file(raw + ".zst");
  };
  auto bomb = packed(posix_header("usr/zeros", size));
  const auto zeros = packed(std::string(piece << 20U, '\0'));
  for (std::size_t i = 0; i < megabytes; i += piece) bomb += zeros;
  pkgkiln::write_file_atomically(path, bomb + packed(std::string(1024, '\0')));
}

}  // namespace

TEST_CASE("what pacman would read as another package is refused") {
  const TempDir place;
  const auto path = place.path() / "sample-1.0-1-any.pkg.tar";
  const auto honest = tar_of(place, {{".PKGINFO", kHonest}, {"usr/", ""}});
  const auto other = tar_of(place, {{".PKGINFO", "pkgname = other\npkgver = 1.0-1\narch = any\n"},
                                    {"usr/", ""},
                                    {"usr/evil", "x"}});
  auto hidden = "\n" + uuencoded(other);
  hidden.resize((hidden.size() + 511) / 512 * 512, '\n');
  pkgkiln::write_file_atomically(path,
                                 old_header("usr/data", hidden.size(), 'a') + hidden + honest);
  // The premise: with all that libarchive knows it is the other one.
  CHECK_THAT(run_program({"pacman", "-Qp", path.string()}).output,
             ContainsSubstring("other 1.0-1"));
  CHECK_THROWS_WITH(PackageArchive::read(path), ContainsSubstring("isn't accepted"));
}

TEST_CASE("an archive whose beginning may be several things is refused") {
  const TempDir place;
  const auto path = place.path() / "sample-1.0-1-any.pkg.tar";
  const auto honest = tar_of(place, {{".PKGINFO", kHonest}, {"usr/", ""}});
  const auto refused = [&](const std::string& bytes, const char* why) {
    pkgkiln::write_file_atomically(path, bytes);
    CHECK_THROWS_WITH(PackageArchive::read(path), ContainsSubstring(why));
  };
  refused(uuencoded(honest), "isn't accepted");
  refused(old_header("usr/", 0, '\0') + honest, "isn't that of a POSIX or GNU tar");
  refused(old_header("MSCF", 0, '\0') + honest, "isn't that of a POSIX or GNU tar");
  for (const auto* name : {"LRZI", "GRZipII", "\x89LZO"})
    refused(posix_header(name, 0) + honest, "isn't that of a POSIX or GNU tar");
  pkgkiln::write_file_atomically(path, posix_header("LRZ", 0) + honest);
  CHECK(PackageArchive::read(path).info.pkgname == "sample");
}

TEST_CASE("a small file that unpacks to very much is given up early") {
  const TempDir place;
  const auto path = place.path() / "sample-1.0-1-any.pkg.tar.zst";
  write_bomb(path, 2048);
  REQUIRE(fs::file_size(path) < 1'000'000);
  CHECK_THROWS_WITH(PackageArchive::read(path),
                    ContainsSubstring("to more than 200 times its size"));
  CHECK_THROWS_WITH(PackageArchive::read(path, {}, {.unpacked = 1 << 20}),
                    ContainsSubstring("longer than 1048576 bytes unpacked"));
}

TEST_CASE("whoever reads a package stops when asked to, or when the time is over") {
  const TempDir place;
  const auto path = place.path() / "sample-1.0-1-any.pkg.tar.zst";
  write_bomb(path, 4096);
  Cancellation cancel;
  SECTION("in the middle") {
    const auto began = Cancellation::Clock::now();
    // Without an end it would be read for seconds.
    TarReader reader(path, {.bytes = UINT64_MAX,
                            .cancel = cancel.with_deadline(began + std::chrono::milliseconds(20))});
    CHECK_THROWS_AS((reader.next(), reader.next()), Cancelled);
    CHECK(Cancellation::Clock::now() - began >= std::chrono::milliseconds(20));
  }
  SECTION("before it begins") {
    cancel.request(15);
    CHECK_THROWS_AS(PackageArchive::read(path, {}, {.cancel = cancel}), Cancelled);
  }
}

TEST_CASE("the packages of a set share what may be spent on them") {
  const TempDir place;
  SamplePackage sample;
  sample.files = {{"usr/", ""}, {"usr/zeros", std::string(600'000, '\0')}};
  std::vector<fs::path> set;
  for (const auto* name : {"one", "two"}) {
    sample.pkgname = name;
    set.push_back(sample.write(place.path()));
  }
  CHECK(PackageArchive::read_set(set, {}).size() == 2);
  CHECK(PackageArchive::read_set({set[0]}, {.unpacked = 1'000'000}).size() == 1);
  CHECK_THROWS_WITH(PackageArchive::read_set(set, {.unpacked = 1'000'000}),
                    ContainsSubstring("two-1.0-1") && ContainsSubstring("bytes unpacked"));
  CHECK(PackageArchive::read_set({set[0]}, {.listed = 300}).size() == 1);
  CHECK_THROWS_WITH(PackageArchive::read_set(set, {.listed = 300}),
                    ContainsSubstring("too many entries to be listed"));
}
