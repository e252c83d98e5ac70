#pragma once

#include <string>
#include <string_view>

namespace pkgkiln {

/// The text as it may stand in one line for people: control characters (those of UTF-8's second
/// block too, which terminals obey) and line breaks become spaces, what exceeds `limit` bytes is
/// cut. For text from PKGBUILDs, engines and servers.
std::string printable(std::string_view text, std::size_t limit = std::string_view::npos);

}  // namespace pkgkiln
