#include "core/builder/unpack.hpp"

#include <algorithm>

#include "core/base/file.hpp"
#include "core/package/package_name.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

namespace {

namespace fs = std::filesystem;

constexpr UnpackLimits kLimits{4, 100'000};

Source source_of(std::string_view bytes) {
  return [bytes](char* buffer, std::size_t size) mutable {
    const auto count = bytes.copy(buffer, size);
    bytes.remove_prefix(count);
    return count;
  };
}

/// Counts what lies in the directory, all of which must be a package file.
std::size_t check_files(const fs::path& directory) {
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  for (const auto& file : fs::directory_iterator(directory)) {
    must(file.symlink_status().type() == fs::file_type::regular, "files are regular");
    must(pacman::PackageFileName::parse(file.path().filename().string()).has_value(),
         "files are packages");
    ++files;
    bytes += file.file_size();
  }
  must(files <= kLimits.files && bytes <= kLimits.bytes, "the limits are kept");
  return files;
}

}  // namespace

void unpack(std::string_view input) {
  static const TempDir place;
  const auto directory = place.path() / "in";
  fs::create_directory(directory);
  std::vector<fs::path> files;
  const bool whole =
      accepted([&] { files = unpack_packages(source_of(input), directory, kLimits); });
  const auto found = check_files(directory);
  must(!whole || (files.size() == found && std::is_sorted(files.begin(), files.end())),
       "what is returned is there");
  must(std::distance(fs::directory_iterator(place.path()), fs::directory_iterator()) == 1,
       "nothing leaves the directory");
  fs::remove_all(directory);
}

}  // namespace pkgkiln::fuzz
