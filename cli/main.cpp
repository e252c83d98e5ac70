#include "cli/program.hpp"

int main(int argc, char** argv) {
  return pkgkiln::cli::run_program(argc, argv);
}
