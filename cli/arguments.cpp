#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <sstream>
#include <tuple>
#include <utility>

#include "cli/console.hpp"
#include "cli/exit_code.hpp"

namespace pkgkiln::cli {

namespace {

constexpr const char* kFooter =
    "Exit codes: 0 all targets built or up to date; 1 some target failed; 2 usage or\n"
    "configuration; 3 engine, repository, server, key or state out of reach (the rest was\n"
    "done); 4 another run holds the lock; 5 nothing failed, but something is newly held;\n"
    "128+n ended by signal n.";

const CLI::Option* option(const CLI::App& command, const CLI::App& app, const std::string& name) {
  const auto* found = command.get_option_no_throw(name);
  return found != nullptr ? found : app.get_option_no_throw(name);
}

/// The command, and the option whose value comes next, when this word has been read.
std::pair<CLI::App*, const CLI::Option*> after(const std::string& word, CLI::App& app,
                                               CLI::App* command, const CLI::Option* value_of,
                                               Arguments& arguments) {
  if (value_of != nullptr && word == "=") return {command, value_of};
  if (value_of != nullptr) {
    if (value_of->check_lname("config")) arguments.config_file = word;
    return {command, nullptr};
  }
  if (word.substr(0, 1) == "-") {
    const auto* found = option(*command, app, word);
    const bool wants_value = found != nullptr && found->get_items_expected_max() > 0;
    if (word.substr(0, 9) == "--config=") arguments.config_file = word.substr(9);
    return {command, wants_value ? found : nullptr};
  }
  const auto named =
      command->get_subcommands([&](const CLI::App* each) { return each->get_name() == word; });
  return {named.empty() ? command : named.front(), nullptr};
}

void add_options(const CLI::App& command, std::vector<Candidate>& all) {
  for (const auto* each : command.get_options())
    for (const auto& name : each->get_lnames())
      if (std::none_of(all.begin(), all.end(),
                       [&](const Candidate& one) { return one.word == "--" + name; }))
        all.push_back({"--" + name, each->get_description()});
}

bool takes_targets(const CLI::App& command) {
  for (const auto* each : command.get_options())
    if (each->get_positional() && (each->get_name(true).find("TARGET") != std::string::npos ||
                                   each->get_description().find("of targets") != std::string::npos))
      return true;
  return false;
}

}  // namespace

std::vector<Candidate> candidates(
    const std::vector<std::string>& words,
    const std::function<std::vector<std::string>(const Arguments&)>& names_of_targets) {
  Arguments arguments;
  CLI::App app("", "pkgkiln");
  app.set_version_flag("-V,--version", "");
  add_command_line(app, arguments);
  CLI::App* command = &app;
  const CLI::Option* value_of = nullptr;
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    std::tie(command, value_of) = after(words[i], app, command, value_of, arguments);

  // For bash "=" is a word of its own.
  const std::string typed = words.empty() || words.back() == "=" ? "" : words.back();
  std::vector<Candidate> all;
  if (value_of != nullptr) {
    if (value_of->get_type_name() == "KIND") all = {{"auto", ""}, {"podman", ""}, {"docker", ""}};
    if (value_of->get_type_name() == "WHEN") all = {{"auto", ""}, {"always", ""}, {"never", ""}};
    if (value_of->get_type_name().starts_with("STEP"))
      all = {{"dependencies", ""}, {"fetch", ""}, {"build", ""}};
  } else if (typed.substr(0, 1) == "-") {
    add_options(*command, all);
    if (command != &app) add_options(app, all);
  } else if (const auto commands = command->get_subcommands({}); !commands.empty()) {
    for (const auto* each : commands) all.push_back({each->get_name(), each->get_description()});
  } else if (takes_targets(*command)) {
    for (auto& name : names_of_targets(arguments)) all.push_back({std::move(name), "target"});
  }
  std::vector<Candidate> fitting;
  for (auto& each : all)
    if (each.word.compare(0, typed.size(), typed) == 0) fitting.push_back(std::move(each));
  return fitting;
}

ParsedArguments parse_arguments(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Turns Git repositories of PKGBUILDs into a pacman repository.", "pkgkiln");
  app.footer(kFooter);
  app.set_version_flag("-V,--version", "pkgkiln " PKGKILN_VERSION);
  add_command_line(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
    std::ostringstream words;
    app.exit(error, std::cout, words);
    say(as_error(words.str()));
    return {std::nullopt, asked_for ? exit_code::ok : exit_code::usage};
  }
  return {arguments, exit_code::ok};
}

}  // namespace pkgkiln::cli
