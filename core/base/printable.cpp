#include "core/base/printable.hpp"

namespace pkgkiln {

std::string printable(std::string_view text, std::size_t limit) {
  std::string line;
  text = text.substr(0, limit);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F are 0xc2 and one of 0x80 to 0x9f.
    const bool c1 =
        byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (c1) ++i;
    line += c1 || byte < 0x20 || byte == 0x7f ? ' ' : text[i];
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace pkgkiln
