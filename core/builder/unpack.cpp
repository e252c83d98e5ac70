#include "core/builder/unpack.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <string>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln {

namespace {

struct Free {
  void operator()(archive* reader) const { archive_read_free(reader); }
};

/// libarchive pulls through C callbacks, which must not let exceptions through.
struct Feed {
  const Source& source;
  std::array<char, 65536> buffer{};
  std::exception_ptr failed{};
};

la_ssize_t feed(archive* reader, void* data, const void** block) {
  auto& from = *static_cast<Feed*>(data);
  try {
    *block = from.buffer.data();
    return static_cast<la_ssize_t>(from.source(from.buffer.data(), from.buffer.size()));
  } catch (...) {
    from.failed = std::current_exception();
    archive_set_error(reader, EIO, "the stream broke off");
    return -1;
  }
}

class Unpacking {
 public:
  Unpacking(const Source& tar, const std::filesystem::path& directory, const UnpackLimits& limits,
            const Cancellation& cancel)
      : feed_{tar}, directory_(directory), limits_(limits), cancel_(cancel) {
    archive_read_support_format_tar(reader_.get());
    check(archive_read_open(reader_.get(), &feed_, nullptr, feed, nullptr));
  }

  std::vector<std::filesystem::path> all() {
    archive_entry* entry = nullptr;
    for (;;) {
      const int result = archive_read_next_header(reader_.get(), &entry);
      if (result == ARCHIVE_EOF) break;
      check(result);
      take(entry);
    }
    std::sort(files_.begin(), files_.end());
    return std::move(files_);
  }

 private:
  void take(archive_entry* entry) {
    const char* raw = archive_entry_pathname(entry);
    if (raw == nullptr) throw refused("an entry without a readable name");
    std::string name = raw;
    if (archive_entry_filetype(entry) == AE_IFDIR && !seen_directory_) {
      seen_directory_ = true;
      return;
    }
    name = name.substr(std::min(name.size(), name.find('/') + 1));
    if (!pacman::PackageFileName::parse(name)) throw refused("something that is no package file");
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr ||
        archive_entry_symlink(entry) != nullptr)
      throw refused("'" + name + "', which is no regular file");
    if (files_.size() == limits_.files)
      throw refused(fmt::format("more than {} files", limits_.files));
    check_room(name, entry);
    write(directory_ / name);
  }

  void check_room(const std::string& name, archive_entry* entry) const {
    const auto size =
        static_cast<std::uint64_t>(std::max<la_int64_t>(0, archive_entry_size(entry)));
    if (size > limits_.bytes - written_) throw too_much();
    const auto room = std::filesystem::space(directory_).available;
    if (room < limits_.spared || room - limits_.spared < size)
      throw Error(fmt::format("there is no space for the package '{}' of {} bytes", name, size))
          .because(fmt::format("'{}' has {} bytes left", directory_.string(), room))
          .advise("free space on that disk, or set build.state_dir to a directory on another");
  }

  void write(const std::filesystem::path& path) {
    const UniqueFd file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (!file) throw_errno("cannot write '" + path.string() + "'");
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    std::uint64_t end = 0;
    for (;;) {
      const int result = archive_read_data_block(reader_.get(), &block, &size, &offset);
      if (result == ARCHIVE_EOF) break;
      check(result);
      if (static_cast<std::uint64_t>(offset) != end) throw refused("a sparse file");
      end += size;
      written_ += size;
      if (written_ > limits_.bytes) throw too_much();
      cancel_.check();
      write_all(file.get(), {static_cast<const char*>(block), size}, path);
    }
    files_.push_back(path);
  }

  void check(int result) {
    if (result == ARCHIVE_OK || result == ARCHIVE_WARN) return;
    if (feed_.failed) std::rethrow_exception(feed_.failed);
    const char* why = archive_error_string(reader_.get());
    throw Error("cannot unpack the package files").because(why == nullptr ? "damaged tar" : why);
  }

  Unacceptable too_much() const {
    return refused(fmt::format("more than {} bytes", limits_.bytes))
        .advise("raise build.packages_size, if the package is to be that large");
  }

  static Unacceptable refused(const std::string& what) {
    return Unacceptable("the build's directory of packages was refused")
        .because("it holds " + what);
  }

  Feed feed_;
  const std::filesystem::path& directory_;
  UnpackLimits limits_;
  Cancellation cancel_;
  std::unique_ptr<archive, Free> reader_{archive_read_new()};
  std::vector<std::filesystem::path> files_;
  std::uint64_t written_ = 0;
  bool seen_directory_ = false;
};

}  // namespace

std::vector<std::filesystem::path> unpack_packages(const Source& tar,
                                                   const std::filesystem::path& directory,
                                                   const UnpackLimits& limits,
                                                   const Cancellation& cancel) {
  return Unpacking(tar, directory, limits, cancel).all();
}

}  // namespace pkgkiln
