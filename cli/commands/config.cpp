#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "config/render.hpp"
#include "core/base/printable.hpp"

namespace pkgkiln::cli {

int config_command(const Arguments& arguments) {
  if (arguments.example) {
    print(config::render_example());
    return exit_code::ok;
  }
  const auto loaded = load_config(arguments);
  for (const auto& notice : loaded.notices) say(fmt::format("note: {}\n", printable(notice)));
  print(config::render_effective(loaded));
  return exit_code::ok;
}

}  // namespace pkgkiln::cli
