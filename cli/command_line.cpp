#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "cli/arguments.hpp"

namespace pkgkiln::cli {

namespace {

void add_general_options(CLI::App& app, Arguments& arguments) {
  app.add_option("-c,--config", arguments.config_file, "The configuration file")
      ->type_name("FILE")
      ->take_last();
  app.add_option("--set", arguments.settings,
                 "Override a setting, as in --set build.timeout=30min; may be repeated")
      ->type_name("TABLE.KEY=VALUE")
      ->expected(1)
      ->take_all();
  app.add_option("--runtime", arguments.runtime, "Override runtime.kind: auto, podman or docker")
      ->type_name("KIND")
      ->take_last();
  app.add_flag("-q,--quiet", arguments.quiet, "Print nothing when nothing failed");
  app.add_flag("-v,--verbose", arguments.verbose, "Show every step and all logs on stderr");
  app.add_option("--color", arguments.colour, "Whether to use colours: auto, always or never")
      ->type_name("WHEN")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Colour>{{"auto", Colour::automatic},
                                                                        {"always", Colour::always},
                                                                        {"never", Colour::never}},
                                          CLI::ignore_case)
                      .description(""))
      ->take_last();
}

CLI::App* add_command(CLI::App& app, Arguments& arguments, Command command, const char* name,
                      const char* description) {
  auto* added = app.add_subcommand(name, description);
  added->callback([&arguments, command] { arguments.command = command; });
  added->fallthrough();
  return added;
}

void add_target_names(CLI::App& command, Arguments& arguments) {
  command.add_option("TARGET", arguments.targets, "Names of targets; none means all of them");
}

void add_ledger(CLI::App& app, Arguments& arguments) {
  auto* ledger = app.add_subcommand("ledger", "Copy what people decided, and who owns which name");
  ledger->fallthrough();
  ledger->require_subcommand(1);
  add_command(*ledger, arguments, Command::ledger_export, "export", "Write it as JSON")
      ->add_option("FILE", arguments.file, "Where to; none means the standard output");
  auto* import = add_command(*ledger, arguments, Command::ledger_import, "import",
                             "Read into an empty ledger what was exported");
  import->add_option("FILE", arguments.file, "What was exported")->required();
  import->add_flag("--replace", arguments.replace,
                   "Put it in the place of a ledger that holds something, or is damaged");
}

void add_signing(CLI::App& app, Arguments& arguments) {
  auto* sign = add_command(app, arguments, Command::sign, "sign",
                           "Sign the packages and databases that are published already");
  sign->add_flag("-a,--all", arguments.all, "All that have no valid signature")->required();
  auto* key = app.add_subcommand("key", "Give clients the key that signs");
  key->fallthrough();
  key->require_subcommand(1);
  add_command(*key, arguments, Command::key_export, "export",
              "Print the public key, and how clients get to trust it")
      ->add_option("FILE", arguments.file, "Where to; none means the standard output");
}

void add_trust(CLI::App& app, Arguments& arguments) {
  auto* held = add_command(app, arguments, Command::held, "held",
                           "List what waits for you: changes that are not built unseen");
  auto* diff = add_command(app, arguments, Command::diff, "diff",
                           "Show what changed since the approved commit, and why it is held");
  diff->add_option("TARGET", arguments.targets, "Names of targets")->required();
  diff->add_flag("--stat", arguments.stat, "Only which files changed, and by how much");
  diff->add_flag("--full", arguments.full, "All lines of the files, however many");
  auto* approve =
      add_command(app, arguments, Command::approve, "approve", "Let what was shown be built");
  auto* names = approve->add_option("TARGET", arguments.targets, "Names of targets");
  approve->add_flag("-a,--all", arguments.all, "All that is held")->excludes(names);
  approve
      ->add_option("--allow", arguments.allowed,
                   "Rules that are never to hold it again, or \"none\"; may be repeated")
      ->type_name("RULE")
      ->expected(1)
      ->take_all();
  auto* deny = add_command(app, arguments, Command::deny, "deny",
                           "Never build this commit; the next one is looked at anew");
  deny->add_option("TARGET", arguments.targets, "Names of targets")->required();
  deny->add_flag("--freeze", arguments.freeze, "Nor any other, until one is approved");
  for (auto* command : {approve, deny}) {
    command->add_option("--commit", arguments.commit, "The commit, if it is another than was shown")
        ->type_name("ID")
        ->take_last();
    command->add_option("--note", arguments.note, "Why, for whoever reads the ledger")
        ->type_name("TEXT")
        ->take_last();
  }
  for (auto* command : {held, diff})
    command->add_flag("--json", arguments.json, "Print the results as JSON");
}

void add_repository_options(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--repo", arguments.repository, "The repository; by default all that are local")
      ->type_name("NAME")
      ->take_last();
  command.add_flag("--json", arguments.json, "Print the results as JSON");
}

void add_repo(CLI::App& app, Arguments& arguments) {
  auto* repo = app.add_subcommand("repo", "List, check and mend local repositories");
  repo->fallthrough();
  repo->require_subcommand(1);
  auto* list =
      add_command(*repo, arguments, Command::repo_list, "list", "List the packages that are there");
  auto* check = add_command(*repo, arguments, Command::repo_check, "check",
                            "Compare the databases with the files and signatures");
  auto* remove = add_command(*repo, arguments, Command::repo_remove, "remove",
                             "Take packages out of a repository");
  remove->add_option("PACKAGE", arguments.targets, "Names of packages")->required();
  auto* downgrade = add_command(*repo, arguments, Command::repo_downgrade, "downgrade",
                                "Publish older package files in place of newer ones");
  downgrade->add_option("FILE", arguments.targets, "Package files")->required();
  for (auto* command : {remove, downgrade})
    command->add_flag("-y,--yes", arguments.yes, "Ask nothing");
  for (auto* command : {list, check, remove, downgrade})
    add_repository_options(*command, arguments);
}

void add_shell(CLI::App& app, Arguments& arguments) {
  auto* shell = add_command(app, arguments, Command::shell, "shell",
                            "Open a shell in the container of a failed build, or a new one");
  shell->add_option("TARGET", arguments.targets, "The name of a target")->required()->expected(1);
  shell
      ->add_option("--step", arguments.step,
                   "In a new one made ready for this step: dependencies, fetch or build")
      ->type_name("STEP")
      ->check(CLI::IsMember({"dependencies", "fetch", "build"}))
      ->take_last();
  shell->add_flag("--root", arguments.root, "As root instead of builder");
}

/// What is asked of the state directory alone.
void add_asking(CLI::App& app, Arguments& arguments) {
  auto* retry = add_command(app, arguments, Command::retry, "retry",
                            "Build again what failed, even if nothing changed");
  auto* names = retry->add_option("TARGET", arguments.targets,
                                  "Names of targets; none means all that failed");
  retry->add_flag("--failed", arguments.failed, "All that failed, which is the default")
      ->excludes(names);
  auto* status = add_command(app, arguments, Command::status, "status",
                             "Say how each target stands, failures first");
  add_target_names(*status, arguments);
  status->add_flag("--failed", arguments.failed, "Only what failed");
  auto* history = add_command(app, arguments, Command::history, "history", "List former builds");
  add_target_names(*history, arguments);
  history->add_option("--limit", arguments.limit, "How many of each, the newest; by default 50")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->take_last();
  auto* files = add_command(app, arguments, Command::files, "files",
                            "List the files of packages in a local repository");
  files->add_option("NAME", arguments.targets, "Names of targets or packages")->required();
  add_repository_options(*files, arguments);
  auto* logs = add_command(app, arguments, Command::logs, "logs", "Show what a build printed");
  logs->add_option("TARGET", arguments.targets, "The name of a target; none means what is newest")
      ->expected(0, 1);
  logs->add_option("--build", arguments.build,
                   "An earlier one: its id, or a number, 1 being the newest")
      ->type_name("BUILD")
      ->take_last();
  logs->add_option("--step", arguments.step, "Only this step, as in --step build")
      ->type_name("STEP")
      ->take_last();
  auto* follow = logs->add_flag("--follow", arguments.follow, "Go on until the build ends");
  logs->add_flag("--json", arguments.json, "Print it as JSON, step by step")->excludes(follow);
  for (auto* command : {retry, status, history})
    command->add_flag("--json", arguments.json, "Print the results as JSON");
}

void add_init(CLI::App& app, Arguments& arguments) {
  auto* init = add_command(app, arguments, Command::init, "init",
                           "Write a first configuration, asking little");
  init->add_option("PLACE", arguments.targets, "What to build: folders of PKGBUILDs, or Git URLs");
  init->add_option("--repo", arguments.repository, "The name of the repository")
      ->type_name("NAME")
      ->take_last();
  init->add_option("--path", arguments.file, "Where its packages are to lie")
      ->type_name("DIR")
      ->take_last();
  init->add_flag("-y,--yes", arguments.yes, "Ask nothing: take the defaults");
}

void add_building(CLI::App& app, Arguments& arguments) {
  auto* build =
      add_command(app, arguments, Command::build, "build", "Build what changed and publish it");
  add_target_names(*build, arguments);
  build->add_flag("-f,--force", arguments.force, "Build even what is published already");
  build->add_flag("-n,--dry-run", arguments.dry_run, "Only say what would be done");
  build->add_flag("--refresh-image", arguments.refresh_image,
                  "Make a new builder image from a newly pulled base image");
  auto* plan = add_command(app, arguments, Command::plan, "plan",
                           "Say for each target whether it would be built, and why");
  add_target_names(*plan, arguments);
  plan->add_flag("-f,--force", arguments.force, "Plan as build --force would");
  plan->add_flag("-e,--explain", arguments.explain, "Show what each decision was made by");
  auto* schedule = add_command(app, arguments, Command::schedule, "schedule",
                               "Say when each target is due, the next one first");
  add_target_names(*schedule, arguments);
  for (auto* command : {build, plan})
    command->add_flag("-d,--due", arguments.due, "Only those that are due by their schedules");
  for (auto* command : {build, plan, schedule})
    command->add_flag("--json", arguments.json, "Print the results as JSON");
}

/// What is built, and what else the AUR has.
void add_targets(CLI::App& app, Arguments& arguments) {
  add_command(app, arguments, Command::targets, "targets", "List the targets");
  add_target_names(*add_command(app, arguments, Command::tree, "tree",
                                "Show which targets a package of the AUR needs"),
                   arguments);
  auto* search = add_command(app, arguments, Command::search, "search",
                             "Look for packages of the AUR, the most popular first");
  search->add_option("WORD", arguments.targets, "What their names or descriptions hold")
      ->required();
  auto* show = add_command(app, arguments, Command::show, "show",
                           "Show all that is known of a target, or what the AUR says of a package");
  show->add_option("NAME", arguments.targets, "Names of targets or packages")->required();
  show->add_flag("--aur", arguments.aur, "What the AUR says, of targets too");
  auto* add = add_command(app, arguments, Command::add, "add",
                          "Add packages of the AUR, and what they need of it, to the targets");
  add->add_option("NAME", arguments.targets, "Names of packages")->required();
  add->add_flag("-y,--yes", arguments.yes, "Ask nothing: what is shown is approved");
  auto* remove = add_command(app, arguments, Command::remove, "remove",
                             "Take targets out of the configuration");
  remove->add_option("NAME", arguments.targets, "Names of targets, or of packages of the AUR")
      ->required();
  for (auto* command : {search, show, add, remove})
    command->add_flag("--json", arguments.json, "Print the results as JSON");
}

/// What whoever looks after the host needs.
void add_upkeep(CLI::App& app, Arguments& arguments) {
  add_command(app, arguments, Command::doctor, "doctor",
              "Check configuration, engine, base image and repositories");
  auto* clean =
      add_command(app, arguments, Command::clean, "clean", "Remove what is not needed any more");
  clean->add_option("TARGET", arguments.targets, "Targets whose caches are removed as well");
  clean->add_flag("-a,--all", arguments.all, "Remove all caches, the shared one as well");
  clean->add_flag("-n,--dry-run", arguments.dry_run, "Only say what would be removed");
  auto* verify = add_command(app, arguments, Command::verify, "verify",
                             "Build packages again from their records, and compare");
  verify
      ->add_option("FILE|TARGET", arguments.targets,
                   "Package files with their records beside them, or names of targets")
      ->required();
  verify->add_flag("--json", arguments.json, "Print the results as JSON");
  auto* health = add_command(app, arguments, Command::health, "health",
                             "Tell whether the last run was in time and went well");
  health->add_option("--within", arguments.within, "The time that a run may be ago, by default 3h")
      ->type_name("DURATION")
      ->take_last();
  add_command(app, arguments, Command::report, "report",
              "Write pages that show how targets stand, and what was built")
      ->add_option("DIR", arguments.file, "Where to; by default report.path");
  add_command(app, arguments, Command::notify, "notify", "Try how people are told of changes")
      ->add_flag("--test", arguments.test, "Send a message by each way, and say what came of it")
      ->required();
  auto* config = add_command(app, arguments, Command::config, "config",
                             "Show the effective settings and where each came from");
  config->add_flag("--example", arguments.example, "Print a commented example instead");
}

}  // namespace

void add_command_line(CLI::App& app, Arguments& arguments) {
  add_general_options(app, arguments);
  add_building(app, arguments);
  add_init(app, arguments);
  add_asking(app, arguments);
  add_shell(app, arguments);
  add_targets(app, arguments);
  add_trust(app, arguments);
  add_repo(app, arguments);
  add_signing(app, arguments);
  add_ledger(app, arguments);
  add_upkeep(app, arguments);
  app.require_subcommand(0, 1);
}

}  // namespace pkgkiln::cli
