#pragma once

#include <string>
#include <vector>

namespace pkgkiln {

/// The cause of a failure as the last lines of the build's output suggest it; empty if nothing is
/// recognised. A PKGBUILD can fake these lines, so this is shown as a hint. `sealed`: whether the
/// build had no network.
std::string hint_from_output(const std::vector<std::string>& lines, bool sealed);

/// The same for the step "dependencies": a repository that containers can't reach is named first.
std::string hint_from_dependencies(const std::vector<std::string>& lines);

/// Whether a step failed because it could start no more processes, by its exit code or its output.
bool ran_out_of_processes(int exit_code, const std::vector<std::string>& lines);
/// `why` with makepkg's own message, if the output has one that says more than the exit code; for a
/// download also its URL and the answer.
std::string with_words_of_makepkg(int exit_code, std::string why,
                                  const std::vector<std::string>& lines);
/// `why` with what pacman could not find or satisfy, by its output.
std::string with_words_of_pacman(std::string why, const std::vector<std::string>& lines);

}  // namespace pkgkiln
