#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pkgkiln::cli {

enum class Command {
  build,
  plan,
  targets,
  tree,
  search,
  show,
  add,
  remove,
  doctor,
  held,
  diff,
  approve,
  deny,
  clean,
  sign,
  verify,
  key_export,
  ledger_export,
  ledger_import,
  config
};

/// What stands on the command line.
struct Arguments {
  Command command = Command::build;
  std::optional<std::filesystem::path> config_file;
  std::vector<std::string> settings;  // --set TABLE.KEY=VALUE
  std::string runtime;                // --runtime, empty: as configured
  bool quiet = false;
  bool verbose = false;
  std::vector<std::string> targets;  // or words, or names of packages
  bool force = false;
  bool dry_run = false;
  bool refresh_image = false;
  bool explain = false;  // plan --explain
  bool json = false;
  bool all = false;                  // clean --all, sign --all, approve --all
  bool example = false;              // config --example
  std::filesystem::path file;        // ledger export, key export, empty: stdout; ledger import
  bool yes = false;                  // add --yes
  bool replace = false;              // ledger import --replace
  bool stat = false, full = false;   // diff --stat, --full
  std::string commit;                // approve --commit, deny --commit
  std::string note;                  // approve --note, deny --note
  std::vector<std::string> allowed;  // approve --allow
  bool freeze = false;               // deny --freeze
};

struct ParsedArguments {
  std::optional<Arguments> arguments;
  /// When there are none: what to end with, everything having been said.
  int exit_code = 0;
};

/// Prints help and version to stdout, complaints to stderr.
ParsedArguments parse_arguments(int argc, char** argv);

}  // namespace pkgkiln::cli
