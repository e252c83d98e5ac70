#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::pacman {

/// The word that stands at the start of the text, as a shell would read it behind `name=`, where
/// it is plain: alphanumerics and @._+-~, all of it in quotes or none, with nothing but a comment
/// behind it on its line. Empty where none stands there; nothing where it isn't plain.
std::optional<std::string> read_shell_word(std::string_view text);

/// The words of "(word word)" at the start of the text, likewise; comments and line ends may
/// stand between them.
std::optional<std::vector<std::string>> read_shell_array(std::string_view text);

}  // namespace pkgkiln::pacman
