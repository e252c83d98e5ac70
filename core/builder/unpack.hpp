#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/base/stream.hpp"

namespace pkgkiln {

/// What a build made is not what may be published: another build of the same makes it again.
class Unacceptable : public ErrorKind<Unacceptable> {
  using ErrorKind::ErrorKind;
};

/// Bounds on what a build may hand out.
struct UnpackLimits {
  std::size_t files = 1000;
  std::uint64_t bytes = std::uint64_t{16} << 30U;    // all files together
  std::uint64_t spared = std::uint64_t{512} << 20U;  // of the disk's free room
};

/// Writes the package files of a tar stream (PKGDEST, as copy_out packs it: one directory and the
/// files directly in it) into an empty directory and returns their paths, sorted. The stream is
/// hostile: anything but regular files whose names are those of package files, each once and
/// within the limits, is Unacceptable, and then the directory is left with what came before. A
/// file that would go beyond a limit is refused before it is written.
std::vector<std::filesystem::path> unpack_packages(
    const Source& tar, const std::filesystem::path& directory, const UnpackLimits& limits = {},
    const Cancellation& cancel = Cancellation::never());

}  // namespace pkgkiln
