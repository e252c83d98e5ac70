#pragma once

#include <cstdint>
#include <string>

namespace pkgkiln::cli {

/// "512 B", "1.5 KiB", "20.0 GiB".
std::string size_text(std::uint64_t bytes);

}  // namespace pkgkiln::cli
