#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pkgkiln::test {

struct Ran {
  int code = 0;
  std::string output;  // standard output and, after it, the end of standard error
};

/// Runs a real program under LC_ALL=C in `working_dir`. The test fails, with what to install, when
/// the program isn't there.
Ran run_program(const std::vector<std::string>& command,
                const std::filesystem::path& working_dir = {});

/// makepkg refuses to run as root: then it runs as nobody. `directory` holds the PKGBUILD and gets
/// everything that is made.
Ran run_makepkg(const std::filesystem::path& directory, const std::vector<std::string>& arguments);
/// The same with another command in the place of makepkg.
Ran run_as_builder(const std::filesystem::path& directory, const std::vector<std::string>& command);

}  // namespace pkgkiln::test
