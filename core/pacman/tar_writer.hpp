#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace pkgkiln::pacman {

/// Writes a gzipped tar of small files. The same entries in the same order give the same bytes:
/// owned by root, times zero, no name or time in gzip's header. Not thread-safe; every call throws
/// Error naming the path when it can't be written.
class TarWriter {
 public:
  explicit TarWriter(const std::filesystem::path& path);
  ~TarWriter();

  void directory(const std::string& name);
  void file(const std::string& name, std::string_view content);
  /// Only after this the archive is whole.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pkgkiln::pacman
