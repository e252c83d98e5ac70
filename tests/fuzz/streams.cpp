#include <algorithm>

#include "core/base/file.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/builder/build_log.hpp"
#include "runtimes/shared/engine_streams.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

namespace {

/// Gives the bytes to `take` in pieces of this size.
template <typename Take>
void in_pieces(std::string_view bytes, std::size_t size, Take take) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size())))
    take(bytes.substr(0, size));
}

struct Decoded {
  bool sound = false, at_boundary = false;
  std::string out, err, engine;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view input, std::size_t piece) {
  Decoded decoded;
  const OutputSink output = [&](OutputStream stream, std::string_view bytes) {
    must(!bytes.empty(), "no output is passed on that is none");
    (stream == OutputStream::err ? decoded.err : decoded.out) += bytes;
  };
  runtimes::FrameDecoder decoder(output);
  decoded.sound = accepted(
      [&] { in_pieces(input, piece, [&](std::string_view bytes) { decoder.feed(bytes); }); });
  decoded.at_boundary = decoded.sound && decoder.at_boundary();
  decoded.engine = decoder.engine_error();
  return decoded;
}

std::vector<std::string> split(std::string_view input, std::size_t piece) {
  std::vector<std::string> found;
  runtimes::LineSplitter splitter([&](std::string_view line) { found.emplace_back(line); });
  accepted([&] {
    in_pieces(input, piece, [&](std::string_view bytes) { splitter.feed(bytes); });
    splitter.finish();
  });
  return found;
}

std::string logged(std::string_view input, std::size_t piece) {
  const auto path = file_of({}, "log");
  {
    BuildLog log(path, std::uint64_t{1} << 30U);
    in_pieces(input, piece, [&](std::string_view bytes) { log.write(bytes); });
  }
  return read_file(path);
}

}  // namespace

void log_output(std::string_view input) {
  const auto whole = logged(input, input.size());
  for (const auto* mark : {"==> [", "<== [", "--> ["}) {
    must(!whole.starts_with(mark), "no output is a mark");
    must(whole.find("\n" + std::string(mark)) == std::string::npos, "no line is a mark");
  }
  must(std::all_of(whole.begin(), whole.end(),
                   [](char c) { return c == '\n' || c == '\t' || !is_control(c); }),
       "a terminal obeys nothing of it");
  for (auto rest = std::string_view(whole); !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    must(escaped(line) == line, "each line is plain text");
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  for (const auto piece : {std::size_t{1}, std::size_t{5}})
    must(logged(input, piece) == whole, "it doesn't matter how the output is cut");
}

void frames(std::string_view input) {
  const auto whole = decode(input, input.size());
  must(whole.out.size() + whole.err.size() + whole.engine.size() <= input.size(),
       "output doesn't come from nowhere");
  must(whole.engine.size() <= 4096, "the engine's error is bounded");
  for (const auto piece : {std::size_t{1}, std::size_t{5}})
    must(decode(input, piece) == whole, "it doesn't matter how the stream is cut");
}

void lines(std::string_view input) {
  const auto whole = split(input, input.size());
  std::string joined;
  for (const auto& line : whole) joined += line + "\n";
  if (!input.ends_with('\n') && !joined.empty()) joined.pop_back();
  must(joined == input, "lines are the stream");
  for (const auto piece : {std::size_t{1}, std::size_t{5}})
    must(split(input, piece) == whole, "it doesn't matter how the stream is cut");
}

}  // namespace pkgkiln::fuzz
