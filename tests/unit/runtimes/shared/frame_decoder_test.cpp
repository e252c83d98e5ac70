#include "core/runtime/errors.hpp"
#include "runtimes/shared/engine_streams.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using runtimes::FrameDecoder;

namespace {

std::string frame(char stream, const std::string& payload) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  std::string bytes{stream, 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift & 0xffU);
  return bytes + payload;
}

struct Collected {
  std::string out, err;
  OutputSink sink = [this](OutputStream stream, std::string_view bytes) {
    (stream == OutputStream::out ? out : err).append(bytes);
  };
};

}  // namespace

TEST_CASE("frames are taken apart however the stream is cut") {
  const std::string big(70'000, 'x');
  const std::string stream =
      frame(1, "one\n") + frame(2, "two") + frame(1, "") + frame(0, "zero") + frame(1, big);
  const auto piece = GENERATE(as<std::size_t>{}, 1, 3, 7, 8, 9, 4096, 1'000'000);
  Collected collected;
  FrameDecoder decoder(collected.sink);
  for (std::size_t at = 0; at < stream.size(); at += piece)
    decoder.feed(std::string_view(stream).substr(at, piece));
  CHECK(decoder.at_boundary());
  CHECK(collected.out == "one\nzero" + big);
  CHECK(collected.err == "two");
}

TEST_CASE("a stream that ends inside a frame is not at its end") {
  const std::string whole = frame(1, "hello");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    Collected collected;
    FrameDecoder decoder(collected.sink);
    decoder.feed(std::string_view(whole).substr(0, size));
    CHECK_FALSE(decoder.at_boundary());
  }
}

TEST_CASE("the engine's own errors are kept apart, and bounded") {
  Collected collected;
  FrameDecoder decoder(collected.sink);
  decoder.feed(frame(3, "gone") + frame(1, "x") + frame(3, std::string(100'000, 'y')));
  CHECK(collected.out == "x");
  CHECK(decoder.engine_error().substr(0, 6) == "goneyy");
  CHECK(decoder.engine_error().size() == 4096);
}

TEST_CASE("what is no stream of frames is refused") {
  const auto bytes = GENERATE(as<std::string>{}, "plain text output\n", "\x04xxxxxxx",
                              std::string("\x01\0\0\x01\0\0\0\0", 8));
  Collected collected;
  FrameDecoder decoder(collected.sink);
  CHECK_THROWS_AS(decoder.feed(bytes), RuntimeError);
  CHECK(collected.out.empty());
}
