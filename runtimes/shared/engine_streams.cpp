#include "runtimes/shared/engine_streams.hpp"

#include <algorithm>
#include <utility>

#include "core/runtime/errors.hpp"

namespace pkgkiln::runtimes {

namespace {
constexpr std::size_t kLongestLine = 1U << 20U;
constexpr unsigned char kEngineError = 3;
constexpr std::size_t kErrorLimit = 4096;
}  // namespace

void LineSplitter::feed(std::string_view bytes) {
  for (;;) {
    const auto newline = bytes.find('\n');
    pending_.append(bytes.substr(0, newline));
    if (pending_.size() > kLongestLine)
      throw RuntimeError(RuntimeError::Kind::malformed, "cannot read the engine's answer")
          .because("a line of it is longer than " + std::to_string(kLongestLine) + " bytes");
    if (newline == std::string_view::npos) return;
    const std::string line = std::exchange(pending_, {});
    line_(line);
    bytes.remove_prefix(newline + 1);
  }
}

void LineSplitter::finish() {
  if (!pending_.empty()) line_(std::exchange(pending_, {}));
}

void FrameDecoder::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (left_ == 0) {
      header_.at(header_size_++) = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      if (header_size_ == header_.size()) begin_frame();
      continue;
    }
    const auto payload = bytes.substr(0, left_);
    pass_on(payload);
    left_ -= static_cast<std::uint32_t>(payload.size());
    bytes.remove_prefix(payload.size());
  }
}

void FrameDecoder::begin_frame() {
  header_size_ = 0;
  stream_ = header_[0];
  if (stream_ > kEngineError || header_[1] != 0 || header_[2] != 0 || header_[3] != 0)
    throw RuntimeError(RuntimeError::Kind::malformed, "cannot read the engine's output stream")
        .because("it is not made of frames");
  left_ = 0;
  for (std::size_t i = 4; i < header_.size(); ++i) left_ = left_ << 8U | header_.at(i);
}

void FrameDecoder::pass_on(std::string_view payload) {
  if (stream_ == kEngineError)
    engine_error_.append(
        payload.substr(0, kErrorLimit - std::min(kErrorLimit, engine_error_.size())));
  else
    output_(stream_ == 2 ? OutputStream::err : OutputStream::out, payload);
}

}  // namespace pkgkiln::runtimes
