#pragma once

#include "cli/arguments.hpp"

namespace CLI {
class App;
}

namespace pkgkiln::cli {

/// All options and commands, which fill in the arguments when the app parses.
void add_command_line(CLI::App& app, Arguments& arguments);

}  // namespace pkgkiln::cli
