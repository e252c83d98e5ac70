#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "core/base/file.hpp"
#include "core/ledger/ledger_json.hpp"

namespace pkgkiln::cli {

namespace {

constexpr std::uint64_t kLargestExport = std::uint64_t{512} << 20U;

std::string summary(const LedgerContents& contents) {
  return fmt::format("{} decisions, {} held, {} names, {} maintainers", contents.decisions.size(),
                     contents.held.size(), contents.names.size(), contents.maintainers.size());
}

}  // namespace

int ledger_export_command(const Arguments& arguments) {
  const StateDir state(load_config(arguments).settings.build.state_dir);
  const auto contents = Ledger(state, Ledger::Access::read).contents();
  if (arguments.file.empty()) {
    print(to_json(contents));
  } else {
    write_file_atomically(arguments.file, to_json(contents), 0600);
    if (!arguments.quiet) print("exported " + summary(contents) + "\n");
  }
  return exit_code::ok;
}

int ledger_import_command(const Arguments& arguments, const Cancellation& cancel) {
  const StateDir state(load_config(arguments).settings.build.state_dir);
  const auto contents = [&] {
    try {
      return ledger_from_json(read_file(arguments.file, kLargestExport));
    } catch (Error& error) {
      error.while_doing("cannot import '" + arguments.file.string() + "'");
      throw;
    }
  }();
  const RunLock lock(state, RunLock::For::run, cancel);
  Ledger::restore(state, contents, arguments.replace);
  if (!arguments.quiet) print("imported " + summary(contents) + "\n");
  return exit_code::ok;
}

}  // namespace pkgkiln::cli
