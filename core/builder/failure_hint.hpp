#pragma once

#include <string>
#include <vector>

namespace pkgkiln {

/// What the last lines of a failed build's output seem to say about the cause; empty when nothing
/// is recognised. The lines are the PKGBUILD's to fake, so this is a hint and shown as one.
/// `sealed`: whether the build had no network.
std::string hint_from_output(const std::vector<std::string>& lines, bool sealed);

/// The same for the step "dependencies": a repository that containers don't reach comes first.
std::string hint_from_dependencies(const std::vector<std::string>& lines);

/// Whether a step ended since it could start no further process, of itself or as its output says.
bool ran_out_of_processes(int exit_code, const std::vector<std::string>& lines);
/// `why` with makepkg's own reason, where the output has one and the exit code tells less; of a
/// download what was asked for and what the answer was.
std::string with_words_of_makepkg(int exit_code, std::string why,
                                  const std::vector<std::string>& lines);
/// `why` with what pacman says that it could not find or satisfy.
std::string with_words_of_pacman(std::string why, const std::vector<std::string>& lines);

}  // namespace pkgkiln
