#include "core/publish/pacman_lines.hpp"

#include <fmt/format.h>

namespace pkgkiln {

std::string pacman_lines(const std::string& repository, const std::string& server, bool is_signed) {
  return fmt::format("[{}]\nSigLevel = {}\nServer = {}\n", repository,
                     is_signed ? "Required" : "Optional TrustAll", server);
}

}  // namespace pkgkiln
