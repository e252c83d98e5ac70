#pragma once

#include <algorithm>
#include <string>
#include <string_view>

/// What a text is made of; the same in every locale.
namespace pkgkiln {

inline bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

inline bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

/// Alphanumerics and `others`, at least one.
inline bool is_made_of(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

/// No control characters.
inline bool is_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), is_control);
}

}  // namespace pkgkiln
