#pragma once

namespace pkgkiln::cli {

/// The whole program: parses the command line, runs the command, prints an error once, and
/// returns the exit code.
int run_program(int argc, char** argv);

}  // namespace pkgkiln::cli
