#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/terminal/terminal.hpp"

namespace CLI {
class App;
}

namespace pkgkiln::cli {

enum class Command {
  overview,
  init,
  build,
  retry,
  status,
  history,
  logs,
  shell,
  files,
  repo_list,
  repo_check,
  repo_remove,
  repo_downgrade,
  plan,
  targets,
  schedule,
  notify,
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
  report,
  key_export,
  ledger_export,
  ledger_import,
  health,
  config
};

/// What stands on the command line.
struct Arguments {
  Command command = Command::overview;
  std::optional<std::filesystem::path> config_file;
  std::vector<std::string> settings;  // --set TABLE.KEY=VALUE
  std::string runtime;                // --runtime, empty: as configured
  bool quiet = false;
  bool verbose = false;
  Colour colour = Colour::automatic;
  std::vector<std::string> targets;  // or words, or names of packages
  bool force = false;
  bool dry_run = false;
  bool refresh_image = false;
  bool due = false;      // build --due, plan --due
  bool explain = false;  // plan --explain
  bool json = false;
  bool test = false;     // notify --test
  bool all = false;      // clean --all, sign --all, approve --all
  bool example = false;  // config --example
  std::filesystem::path
      file;          // ledger export, key export, empty: stdout; ledger import; init --path; report
  bool yes = false;  // add --yes, repo remove --yes, repo downgrade --yes
  std::string repository;            // --repo, empty: all
  bool replace = false;              // ledger import --replace
  bool stat = false, full = false;   // diff --stat, --full
  std::string commit;                // approve --commit, deny --commit
  std::string note;                  // approve --note, deny --note
  std::vector<std::string> allowed;  // approve --allow
  bool freeze = false;               // deny --freeze
  bool failed = false;               // status --failed, retry --failed
  bool if_listed = false;            // targets that are none any more are left out
  std::size_t limit = 50;            // history --limit
  std::string build;                 // logs --build
  std::string step;                  // logs --step, shell --step
  bool follow = false;               // logs --follow
  bool aur = false;                  // show --aur
  std::string within = "3h";         // health --within
  bool root = false;                 // shell --root
};

/// Adds all options and commands, which fill in the arguments when the app parses.
void add_command_line(CLI::App& app, Arguments& arguments);

struct ParsedArguments {
  std::optional<Arguments> arguments;
  /// When there are none: what to end with, everything having been said.
  int exit_code = 0;
};

/// What may stand where a command line is being typed.
struct Candidate {
  std::string word, meaning;
};

/// What may stand in the place of the last of these words, which follow the program's name; none
/// where that is a file or free text. `names_of_targets` is given the --config that stands before.
std::vector<Candidate> candidates(
    const std::vector<std::string>& words,
    const std::function<std::vector<std::string>(const Arguments&)>& names_of_targets);

/// Prints help and version to stdout, complaints to stderr.
ParsedArguments parse_arguments(int argc, char** argv);

}  // namespace pkgkiln::cli
