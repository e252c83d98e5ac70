#include "tests/unit/core/package/programs.hpp"

#include <unistd.h>

#include "core/base/error.hpp"
#include "core/base/process.hpp"
#include "tests/catch.hpp"

namespace pkgkiln::test {

namespace fs = std::filesystem;

namespace {

Ran run(const ProcessSpec& spec) {
  Ran ran;
  try {
    const auto result = run_process(
        spec, [&](std::string_view bytes) { ran.output += bytes; }, Cancellation::never());
    ran.code = result.code;
    ran.output += result.error_output;
  } catch (const Error& error) {
    FAIL(error.report() << "\n(Debian: pacman-package-manager makepkg libarchive-tools fakeroot "
                           "util-linux; Arch: base-devel)");
  }
  return ran;
}

}  // namespace

Ran run_program(const std::vector<std::string>& command, const fs::path& working_dir) {
  ProcessSpec spec;
  spec.command = command;
  spec.env = {{"LC_ALL", "C"}};
  spec.working_dir = working_dir.string();
  return run(spec);
}

Ran run_makepkg(const fs::path& directory, const std::vector<std::string>& arguments) {
  std::vector<std::string> command{"makepkg"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_as_builder(directory, command);
}

Ran run_as_builder(const fs::path& directory, const std::vector<std::string>& command) {
  ProcessSpec spec;
  if (::geteuid() == 0) {
    spec.command = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"};
    REQUIRE(::chown(directory.c_str(), 65534, 65534) == 0);
  }
  spec.command.insert(spec.command.end(), command.begin(), command.end());
  const auto place = directory.string();
  spec.env = {{"LC_ALL", "C"},
              {"HOME", place},
              {"PKGDEST", place},
              {"BUILDDIR", place},
              {"SRCDEST", place},
              {"PKGEXT", ".pkg.tar.gz"},
              {"CARCH", "x86_64"},
              {"CHOST", "x86_64-pc-linux-gnu"},
              {"PACKAGER", "A Tester <tester@example.org>"}};
  spec.inherit = {"PATH"};
  spec.working_dir = place;
  return run(spec);
}

}  // namespace pkgkiln::test
