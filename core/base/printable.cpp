#include "core/base/printable.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace pkgkiln {

namespace {

/// A character of UTF-8, or a byte that is none.
struct Character {
  char32_t point = 0;
  std::size_t size = 1;
  bool valid = false;
};

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

/// Of the character that begins with this byte; 1 for one that begins none.
std::size_t size_by(unsigned lead) {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

bool goes_on(unsigned byte) {
  return (byte & 0xc0U) == 0x80U;
}

Character first_character(std::string_view text) {
  const auto lead = byte_at(text, 0);
  if (lead < 0x80) return {lead, 1, true};
  const auto size = size_by(lead);
  if (size == 1 || text.size() < size) return {};
  char32_t point = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (!goes_on(byte_at(text, i))) return {};
    point = point << 6U | (byte_at(text, i) & 0x3fU);
  }
  const bool too_long = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
  const bool surrogate = point >= 0xd800 && point < 0xe000;
  if (too_long || surrogate || point > 0x10ffff) return {};
  return {point, size, true};
}

/// What terminals obey, what turns text around, and what isn't seen.
bool is_deceptive(char32_t point) {
  constexpr std::array<std::pair<char32_t, char32_t>, 11> ranges = {{{0x00, 0x1f},
                                                                     {0x7f, 0x9f},
                                                                     {0x61c, 0x61c},
                                                                     {0x200b, 0x200b},
                                                                     {0x200e, 0x200f},
                                                                     {0x2028, 0x202e},
                                                                     {0x2060, 0x206f},
                                                                     {0xfeff, 0xfeff},
                                                                     {0xfff9, 0xfffb},
                                                                     {0xfffe, 0xffff},
                                                                     {0xe0000, 0xe007f}}};
  return std::any_of(ranges.begin(), ranges.end(), [point](const auto& range) {
    return point >= range.first && point <= range.second;
  });
}

std::string number_of(char32_t point) {
  const auto value = static_cast<unsigned>(point);
  std::array<char, 16> text{};
  const char* form = value < 0x80 ? "\\x%02x" : value < 0x10000 ? "\\u%04x" : "\\U%08x";
  std::snprintf(text.data(), text.size(), form, value);
  return text.data();
}

std::string number_of_byte(char byte) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\x%02x", unsigned{static_cast<unsigned char>(byte)});
  return text.data();
}

/// How many bytes at the front are shown as they are: of most lines, all.
std::size_t plain_bytes(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin;
  while (at != end && *at >= ' ' && *at < 0x7f) ++at;
  return static_cast<std::size_t>(at - begin);
}

bool is_blank(char c) {
  return c == '\n' || c == '\r' || c == '\t';
}

template <typename Stays>
std::string escaped_but_for(std::string_view text, const Stays& stays) {
  std::string line;
  line.reserve(text.size());
  for (;;) {
    const auto plain = plain_bytes(text);
    line += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return line;
    const auto character = first_character(text);
    if (!character.valid)
      line += number_of_byte(text.front());
    else if (character.point == '\t' || stays(character.point))
      line += text.substr(0, character.size);
    else
      line += number_of(character.point);
    text.remove_prefix(character.size);
  }
}

}  // namespace

std::string escaped(std::string_view text) {
  return escaped_but_for(text, [](char32_t point) { return !is_deceptive(point); });
}

std::string escaped_to_ascii(std::string_view text) {
  return escaped_but_for(text, [](char32_t point) { return point >= 0x20 && point < 0x7f; });
}

std::string printable(std::string_view text, std::size_t limit) {
  if (text.size() > limit) {
    text = text.substr(0, limit);
    text.remove_suffix(unfinished_bytes(text));
  }
  std::string line(text);
  std::replace_if(line.begin(), line.end(), is_blank, ' ');
  line = escaped(line);
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto character = first_character(text.substr(at));
    if (!character.valid) return false;
    at += character.size;
  }
  return true;
}

std::size_t unfinished_bytes(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = byte_at(text, text.size() - back);
    if (!goes_on(byte)) return size_by(byte) > back ? back : 0;
  }
  return 0;
}

}  // namespace pkgkiln
