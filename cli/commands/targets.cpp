#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"

namespace pkgkiln::cli {

int targets_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto setup = set_up(arguments, cancel);
  const auto selection = select(setup, arguments);
  print(targets_table(selection.targets));
  return selection.exit_code(exit_code::ok);
}

}  // namespace pkgkiln::cli
