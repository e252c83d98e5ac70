#pragma once

#include <string>

namespace pkgkiln {

/// How pacman finds a repository: lines of pacman.conf(5). `is_signed`: all that is in it, so that
/// pacman need not take what has no signature.
std::string pacman_lines(const std::string& repository, const std::string& server, bool is_signed);

}  // namespace pkgkiln
