#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/stream.hpp"

namespace pkgkiln {

/// Writes a tar archive as a stream (GNU format: long names, any bytes in them). Everything in it
/// has the same owner, group and time; directories and executables have mode 0755, other files
/// 0644. Names are written as they are given. The same entries give the same bytes. Throws Error,
/// and what the sink throws.
class TarWriter {
 public:
  /// A part has no end mark, so that others can follow it.
  enum class Extent { whole, part };

  TarWriter(const Sink& sink, int uid, std::time_t time, Extent extent = Extent::whole);
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;
  ~TarWriter();

  void directory(const std::string& name);
  void link(const std::string& name, const std::string& points_to);
  /// Exactly `size` bytes in write() are to follow.
  void file(const std::string& name, std::uint64_t size, bool executable);
  void write(std::string_view bytes);
  /// The end of the archive, or of the part; without it the stream is a truncated one.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pkgkiln
