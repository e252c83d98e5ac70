#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pkgkiln {

/// RFC 4648, with padding.
std::string base64(std::string_view bytes);
/// Its reverse; nothing for what is empty or no such text.
std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace pkgkiln
