#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/base/stream.hpp"

namespace pkgkiln {

/// What a build made may not be published, and building it again would make the same.
class Unacceptable : public ErrorKind<Unacceptable> {
  using ErrorKind::ErrorKind;
};

/// Bounds on what a build may deliver.
struct UnpackLimits {
  std::size_t files = 1000;
  std::uint64_t bytes = std::uint64_t{16} << 30U;    // all files together
  std::uint64_t spared = std::uint64_t{512} << 20U;  // free bytes to leave on the disk
};

/// Writes the package files of a tar stream (PKGDEST, as copy_out packs it: one directory and the
/// files directly in it) into an empty directory and returns their paths, sorted. The stream is
/// hostile. Throws Unacceptable for anything but regular files with names of package files, each
/// once and within the limits; the directory then keeps what was written before. A file that would
/// exceed a limit is refused before it is written.
std::vector<std::filesystem::path> unpack_packages(
    const Source& tar, const std::filesystem::path& directory, const UnpackLimits& limits = {},
    const Cancellation& cancel = Cancellation::never());

}  // namespace pkgkiln
