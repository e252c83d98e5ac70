#pragma once

#include <string>
#include <string_view>

namespace pkgkiln {

/// Text from PKGBUILDs, engines and servers as it may be shown: valid UTF-8 without anything that a
/// terminal obeys or that makes it show another order of characters than there is. What isn't
/// becomes its number: "\x1b" (control characters, bytes that are no UTF-8), "\u202e" (the second
/// block of control characters, directions, what can't be seen). All functions take a line.

/// Tabs stay.
std::string escaped(std::string_view text);
/// The same, with numbers for all that isn't ASCII: letters of two alphabets may look the same.
std::string escaped_to_ascii(std::string_view text);
/// Line breaks and tabs become spaces, those at the end go, and what exceeds `limit` bytes is cut.
std::string printable(std::string_view text, std::size_t limit = std::string_view::npos);

bool is_utf8(std::string_view text);

/// How many bytes at the end of the text begin a character of UTF-8 that may go on after it.
std::size_t unfinished_bytes(std::string_view text);

}  // namespace pkgkiln
