#include <cstdio>
#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"

namespace pkgkiln::cli {

int targets_command(const Arguments& arguments) {
  const auto setup = set_up(arguments);
  std::vector<std::string> known;
  fmt::print("{}", targets_table(selected_targets(setup, arguments, known)));
  return exit_code::ok;
}

}  // namespace pkgkiln::cli
