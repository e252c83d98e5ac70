#include "runtimes/shared/line_splitter.hpp"

#include <utility>

#include "core/runtime/errors.hpp"

namespace pkgkiln::runtimes {

namespace {
constexpr std::size_t kLongestLine = 1U << 20U;
}

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

}  // namespace pkgkiln::runtimes
