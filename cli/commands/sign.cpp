#include <fmt/format.h>
#include <string>
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "core/base/file.hpp"
#include "core/base/printable.hpp"

namespace pkgkiln::cli {

namespace {

Signer& signer_of(Setup& setup) {
  if (!setup.signer)
    throw UsageError("there is no key that signs")
        .advise("set key below [sign] to the fingerprint of one");
  return *setup.signer;
}

}  // namespace

int sign_command(const Arguments& arguments, const Cancellation& cancel) {
  auto setup = set_up(arguments, cancel);
  signer_of(setup).check();
  Console results(STDOUT_FILENO, Console::Patience::endless);
  Console complaints(STDERR_FILENO, Console::Patience::bounded);
  for (const auto& notice : setup.config.notices)
    complaints.write(fmt::format("note: {}\n", printable(notice)));
  std::size_t count = 0;
  bool failed = false;
  const auto complain = [&](const Error& error) {
    complaints.write(error_text(error.report()));
    failed = true;
  };
  for (auto* repository : setup.repositories->all()) {
    try {
      repository->sign_all([&](const std::string& file, const Error* failure) {
        if (failure != nullptr) return complain(*failure);
        ++count;
        if (!arguments.quiet)
          results.write(fmt::format("signed {} in '{}'\n", printable(file), repository->name()));
      });
    } catch (const Error& error) {
      complain(error);
    }
  }
  if (count == 0 && !failed && !arguments.quiet) results.write("nothing to sign\n");
  return failed ? exit_code::nothing_done : exit_code::ok;
}

int key_export_command(const Arguments& arguments, const Cancellation& cancel) {
  auto setup = set_up(arguments, cancel);
  auto& signer = signer_of(setup);
  const auto key = signer.key();
  const auto armored = signer.public_key();
  if (arguments.file.empty())
    print(armored);
  else
    write_file_atomically(arguments.file, armored);
  if (!arguments.quiet)
    say(fmt::format(
        "As root on each client, with the file that holds it:\n"
        "  pacman-key --add {}\n"
        "  pacman-key --lsign-key {}\n",
        arguments.file.empty() ? "FILE" : printable(arguments.file.string()), key.fingerprint));
  return exit_code::ok;
}

}  // namespace pkgkiln::cli
