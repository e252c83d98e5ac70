#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/runtime/types.hpp"

namespace pkgkiln::runtimes {

/// Cuts a stream into lines and passes each on without its newline; the last line needs none. A
/// line longer than 1 MiB is RuntimeError `malformed`.
class LineSplitter {
 public:
  explicit LineSplitter(std::function<void(std::string_view)> line) : line_(std::move(line)) {}

  void feed(std::string_view bytes);
  void finish();

 private:
  std::function<void(std::string_view)> line_;
  std::string pending_;
};

/// Decodes the engines' multiplexed output (`application/vnd.docker.raw-stream`, see "Attach to a
/// container" of the Docker engine API): frames of an 8-byte header (stream id, three zero bytes,
/// big-endian length) and that many bytes. Streams 0 and 1 are standard output, 2 standard error;
/// on 3 libpod sends errors of its own. Bytes are passed on as they come, however the input is cut;
/// only the engine's error is collected.
class FrameDecoder {
 public:
  explicit FrameDecoder(const OutputSink& output) : output_(output) {}

  /// Throws RuntimeError `malformed` for any other stream.
  void feed(std::string_view bytes);

  /// Whether the stream may end here.
  bool at_boundary() const { return header_size_ == 0 && left_ == 0; }
  /// The engine's own error text so far, bounded; usually empty.
  const std::string& engine_error() const { return engine_error_; }

 private:
  void begin_frame();
  void pass_on(std::string_view payload);

  const OutputSink& output_;
  std::array<unsigned char, 8> header_{};
  std::size_t header_size_ = 0;
  unsigned char stream_ = 0;
  std::uint32_t left_ = 0;
  std::string engine_error_;
};

}  // namespace pkgkiln::runtimes
