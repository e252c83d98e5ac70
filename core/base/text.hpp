#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a text is made of; the same in every locale.
namespace pkgkiln {

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

inline bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

inline bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

inline char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower_case(std::string_view text);

inline bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// Alphanumerics and `others`, at least one.
bool is_made_of(std::string_view text, std::string_view others);

/// Lower-case hex digits, at least one.
bool is_hex(std::string_view text);

/// Two of them a byte.
std::string hex_of(std::string_view bytes);

/// Whether a byte below 0x20 (a tab is one too) or 0x7f is in it. Bytes from 0x80 on are none:
/// what isn't ASCII is taken as it is.
bool has_control_characters(std::string_view text);

/// Without white space around it.
std::string_view trimmed(std::string_view text);

/// Takes what stands before the separator off the front, and the separator too; all of the text
/// where there is none.
std::string_view take_until(std::string_view& text, char separator);

/// The candidate that was probably meant by a mistyped word: the one with the fewest edits, if
/// those are few for its length, or else one that begins with the word. Empty: none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// RFC 4648, with padding.
std::string base64(std::string_view bytes);
/// Its reverse; nothing for what is empty or no such text.
std::optional<std::string> base64_decoded(std::string_view text);

/// `digits` random hex digits.
std::string random_hex(std::size_t digits);

/// An id that sorts by time and is never given twice: "20261121T014240-3fa9c1" (UTC).
std::string time_and_random();

}  // namespace pkgkiln
