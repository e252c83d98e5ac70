#include "core/pacman/text.hpp"

#include <algorithm>

namespace pkgkiln::pacman {

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

bool is_database_heading(std::string_view line) {
  return line.size() > 2 && line.front() == '%' && line.back() == '%' &&
         std::all_of(line.begin() + 1, line.end() - 1,
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

}  // namespace pkgkiln::pacman
