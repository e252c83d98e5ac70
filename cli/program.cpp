#include "cli/program.hpp"

#include <cstring>
#include <exception>
#include <malloc.h>

#include "cli/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/signals.hpp"
#include "core/runtime/errors.hpp"

namespace pkgkiln::cli {

namespace {

int dispatch(const Arguments& arguments, const Cancellation& cancel) {
  switch (arguments.command) {
    case Command::overview:
      return overview_command(arguments);
    case Command::init:
      return init_command(arguments, cancel);
    case Command::retry:
      return retry_command(arguments, cancel);
    case Command::status:
      return status_command(arguments);
    case Command::history:
      return history_command(arguments);
    case Command::files:
      return files_command(arguments, cancel);
    case Command::repo_list:
      return repo_list_command(arguments, cancel);
    case Command::repo_check:
      return repo_check_command(arguments, cancel);
    case Command::repo_remove:
      return repo_remove_command(arguments, cancel);
    case Command::repo_downgrade:
      return repo_downgrade_command(arguments, cancel);
    case Command::logs:
      return logs_command(arguments, cancel);
    case Command::shell:
      return shell_command(arguments, cancel);
    case Command::build:
      return arguments.dry_run ? plan_command(arguments, cancel) : build_command(arguments, cancel);
    case Command::plan:
      return plan_command(arguments, cancel);
    case Command::targets:
      return targets_command(arguments, cancel);
    case Command::notify:
      return notify_command(arguments, cancel);
    case Command::schedule:
      return schedule_command(arguments, cancel);
    case Command::search:
      return search_command(arguments, cancel);
    case Command::show:
      return show_command(arguments, cancel);
    case Command::add:
      return add_command(arguments, cancel);
    case Command::remove:
      return remove_command(arguments, cancel);
    case Command::tree:
      return tree_command(arguments, cancel);
    case Command::doctor:
      return doctor_command(arguments, cancel);
    case Command::held:
      return held_command(arguments);
    case Command::diff:
      return diff_command(arguments, cancel);
    case Command::approve:
      return approve_command(arguments, cancel);
    case Command::deny:
      return deny_command(arguments, cancel);
    case Command::clean:
      return clean_command(arguments, cancel);
    case Command::ledger_export:
      return ledger_export_command(arguments);
    case Command::ledger_import:
      return ledger_import_command(arguments, cancel);
    case Command::sign:
      return sign_command(arguments, cancel);
    case Command::key_export:
      return key_export_command(arguments, cancel);
    case Command::verify:
      return verify_command(arguments, cancel);
    case Command::health:
      return health_command(arguments);
    case Command::report:
      return report_command(arguments, cancel);
    case Command::config:
      return config_command(arguments);
  }
  return exit_code::usage;
}

int complain(const Error& error, int code) {
  say(error_text(error.report()));
  return code;
}

/// Whoever reads the results must not take a part of them for all.
int code_with_results(int code) {
  if (lost_results() == 0) return code;
  const auto error = Error("cannot write the results").because(std::strerror(lost_results()));
  return complain(error, code == exit_code::ok ? exit_code::nothing_done : code);
}

}  // namespace

int run_program(int argc, char** argv) {
#ifdef M_ARENA_MAX
  // Threads wait for hosts more than they compute: what one gives back is to serve the others.
  ::mallopt(M_ARENA_MAX, 2);
#endif
  open_standard_descriptors();
  const Cancellation cancel;
  cancel_on_signals(cancel);
  // What the shells' completions ask, on the words up to the cursor.
  if (argc > 1 && std::strcmp(argv[1], "__complete") == 0)
    return complete_command({argv + 2, argv + argc});
  const auto parsed = parse_arguments(argc, argv);
  if (!parsed.arguments) return parsed.exit_code;
  set_colour(parsed.arguments->colour);
  try {
    const int code = dispatch(*parsed.arguments, cancel);
    if (cancel.signal() > 0) return exit_code::signal_base + cancel.signal();
    return code_with_results(code);
  } catch (const Cancelled& stop) {
    if (cancel.signal() > 0) {
      say("interrupted\n");
      return exit_code::signal_base + cancel.signal();
    }
    return complain(Error(stop.what()), exit_code::nothing_done);
  } catch (const UsageError& error) {
    return complain(error, exit_code::usage);
  } catch (const LockedError& error) {
    // Nothing failed: what the other run does is its own to tell.
    return parsed.arguments->quiet ? exit_code::locked : complain(error, exit_code::locked);
  } catch (RuntimeError& error) {
    error.advise("pkgkiln doctor");
    return complain(error, exit_code::nothing_done);
  } catch (const Error& error) {
    return complain(error, exit_code::nothing_done);
  } catch (const std::exception& error) {
    return complain(Error("unexpected failure").because(error.what()), exit_code::nothing_done);
  }
}

}  // namespace pkgkiln::cli
