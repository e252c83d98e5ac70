#pragma once

#include <string_view>

namespace pkgkiln {

/// Whether a URL that passed check_target_url can name a PKGBUILD to download.
bool is_download_url(std::string_view url);

}  // namespace pkgkiln
