#include "runtimes/shared/frame_decoder.hpp"

#include <algorithm>

#include "core/runtime/errors.hpp"

namespace pkgkiln::runtimes {

namespace {
constexpr unsigned char kEngineError = 3;
constexpr std::size_t kErrorLimit = 4096;
}  // namespace

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
