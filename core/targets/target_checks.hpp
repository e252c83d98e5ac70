#pragma once

#include <string>
#include <string_view>

namespace pkgkiln {

/// Whether a URL that passed check_target_url can name a PKGBUILD to download.
bool is_download_url(std::string_view url);

// Checks for the parts of a target, wherever it was listed: each says what is expected instead of
// the text, or nothing when it will do. Some make the text canonical.

/// [A-Za-z0-9@._+-]+, and none of the section names that pacman keeps for itself.
std::string check_repository_name(std::string& text);
std::string check_target_name(std::string& text);
/// A branch name by the rules of git-check-ref-format(1).
std::string check_branch(std::string& text);
/// A directory inside a repository; takes out what is superfluous ("./a//b/" is "a/b").
std::string check_directory(std::string& text);
/// The same of one below the root.
std::string check_excluded(std::string& text);
std::string check_arch(std::string& text);
std::string check_package_name(std::string& text);
/// A URL or path that Git may be given; see core/targets/target_checks.cpp.
std::string check_target_url(std::string& text);

}  // namespace pkgkiln
