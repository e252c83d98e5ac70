#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/review.hpp"
#include "cli/selection.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"
#include "cli/terminal/terminal.hpp"
#include "config/edit.hpp"
#include "core/aur/client.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/builder/build_log.hpp"
#include "core/package/package_name.hpp"
#include "core/run/approval.hpp"
#include "core/trust/gate.hpp"
#include "core/trust/recipe_diff.hpp"

namespace pkgkiln::cli {

namespace {

struct Proposal {
  std::vector<std::string> chosen;   // names of targets, of those that are named
  std::vector<SeenTarget> packages;  // these, and what they need that is no target yet
  std::vector<Target> listed;        // all that there are then
  std::set<std::string> from_distribution;
};

std::vector<std::string> names_given(const Arguments& arguments) {
  std::vector<std::string> names;
  for (const auto& name : arguments.targets) {
    if (!pacman::is_package_name(name))
      throw UsageError("'" + printable(name) + "' is no name of a package");
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

/// What may have been meant: of the names that begin alike.
std::string near_name(aur::Client& client, const std::string& name) {
  std::vector<std::string> names;
  try {
    const auto begin = name.substr(0, std::max<std::size_t>(3, name.size() / 2));
    for (const auto& package : client.search(begin, "name")) names.push_back(package.name);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): too many; then none is told
  }
  return nearest(name, names);
}

aur::Entries look_up(aur::Client& client, const std::vector<std::string>& names) {
  auto entries = client.info(names);
  for (const auto& name : names) {
    const auto found = entries.find(name);
    if (found != entries.end() && found->second.problem.empty()) continue;
    UsageError error("cannot add '" + name + "'");
    if (found != entries.end())
      throw std::move(error).because("what the AUR says of it can't be used: " +
                                     found->second.problem);
    error.because("there is no such package in the AUR");
    if (const auto near = near_name(client, name); !near.empty())
      error.because("the nearest name is '" + near + "'");
    throw std::move(error).advise("pkgkiln search " + name);
  }
  return entries;
}

/// Makes the builder image where there is none yet.
MakeDistribution distribution_of_image(const config::Settings& settings, const StateDir& state,
                                       Console& words, const Cancellation& cancel) {
  return [&settings, &state, &words, &cancel] {
    const auto engine = engine_when_needed(settings);
    const RunIdentity identity{state.instance(), time_and_random()};
    BuilderImage image(engine->runtime(), engine->images(), identity, image_settings(settings));
    const auto log = state.image_log(identity.run);
    words.write(fmt::format(
        "making the builder image, to know what the distribution has; log: {}\n", log.string()));
    BuildLog output(log, settings.build.log_size.value_or(0));
    const auto id = image.ensure(
        false, [&](std::string_view text) { output.write(text); },
        [&](std::string_view text) { words.write(fmt::format("note: {}\n", text)); }, cancel);
    return std::optional(image.distribution(id, state.distribution(), cancel));
  };
}

/// Throws where the names, or what they need, can't be had; what was so before is nothing new.
void expect_listed(const Listed& before, const Listed& now) {
  for (const auto& failure : now.failures)
    if (std::ranges::none_of(before.failures, [&](const Error& one) {
          return std::string_view(one.what()) == failure.what();
        }))
      throw failure;
  if (now.is_partial && !before.is_partial)
    throw Error("what they need can't be told")
        .because("the AUR didn't answer all questions")
        .advise("try again later");
}

void expect_no_problems(const Listed& before, const Listed& now) {
  UsageError error("cannot add what needs more than can be had");
  bool has_any = false;
  for (const auto& problem : now.problems)
    if (std::ranges::find(before.problems, problem) == before.problems.end()) {
      error.because(printable(problem));
      has_any = true;
    }
  if (has_any) throw error;
}

/// What holds while the proposal is made, and the lock is held.
class Proposing {
 public:
  Proposing(const Arguments& arguments, config::FileEdit& edit, Console& words,
            const Cancellation& cancel)
      : now_(set_up(arguments, cancel)),
        settings_(now_.settings()),
        edit_(edit),
        words_(words),
        cancel_(cancel),
        state_(settings_.build.state_dir),
        client_(settings_.aur.url, cancel, {}) {}

  Proposal propose(const std::vector<std::string>& names) {
    const auto entries = look_up(client_, names);
    const RunLock lock(state_, RunLock::For::run, cancel_);
    History history(state_, History::IfDamaged::put_aside);
    Ledger ledger(state_, Ledger::Access::write);
    pin_names(ledger, history, *now_.repositories);
    git::Remotes remotes(politeness(settings_));
    PackagingSources sources(state_.mirrors(), remotes);
    const trust::Gate gate(
        gate_settings(settings_), ledger, remotes, [this] { return known_distribution(now_); },
        now_.arch);
    const auto make = distribution_of_image(settings_, state_, words_, cancel_);
    const auto before = list_all(now_, sources, true, cancel_, &history, make);
    Proposal result;
    for (const auto& name : names) choose(entries.at(name).package, before, result);
    if (result.chosen.empty()) return result;
    auto setup = set_up(edit_.load(), cancel_);
    auto listed = list_all(setup, sources, true, cancel_, &history, make);
    expect_listed(before, listed);
    std::vector<SeenTarget> packages;
    for (const auto& target : listed.targets)
      if (is_chosen(target, result) || find_target(before.targets, target.name) == nullptr)
        packages.push_back(look_at(target, sources, history, gate, now_.arch, cancel_));
    // Now that the recipes are here, it is known what they need on this machine.
    setup = set_up(edit_.load(), cancel_);
    listed = list_all(setup, sources, false, cancel_, &history);
    expect_no_problems(before, listed);
    std::erase_if(packages, [&](const SeenTarget& one) {
      return find_target(listed.targets, one.target.name) == nullptr;
    });
    const auto known = known_distribution(now_);
    const PackageOwners owners(ledger, *now_.repositories,
                               {listed.targets, listed.failures.empty()}, known.value());
    expect_free_names(packages, owners);
    for (auto& one : packages)
      one.warnings = first_warnings(one.target, one.judged.after, known, now_.arch);
    for (const auto& one : packages)
      for (const auto& need : one.needs())
        if (!known->providers(pacman::Dependency::parse(need)).empty())
          result.from_distribution.insert(pacman::Dependency::parse(need).name);
    result.packages = std::move(packages);
    result.listed = std::move(listed.targets);
    return result;
  }

 private:
  bool is_chosen(const Target& target, const Proposal& proposal) const {
    return target.aur && target.repository == config::default_repository(edit_.settings()) &&
           std::ranges::find(proposal.chosen, target.aur->base) != proposal.chosen.end();
  }

  /// Writes it into the configuration, unless its package base is listed there.
  void choose(const AurPackage& package, const Listed& before, Proposal& proposal) {
    const auto url = fmt::format("{}/{}.git", settings_.aur.url, package.base);
    const auto same = std::ranges::find_if(before.targets, [&](const Target& one) {
      return one.url == url && one.needed_by.empty() &&
             one.repository == config::default_repository(edit_.settings());
    });
    if (same != before.targets.end())
      return words_.write(fmt::format("note: '{}' is listed already, as '{}' at {}\n", package.name,
                                      same->name, same->origin));
    if (std::ranges::find(proposal.chosen, package.base) != proposal.chosen.end())
      return words_.write(fmt::format("note: '{}' is of the package base '{}', as one before it\n",
                                      package.name, package.base));
    edit_.add_aur_target(package.name);
    proposal.chosen.push_back(package.base);
  }

  Setup now_;
  config::Settings settings_;
  config::FileEdit& edit_;
  Console& words_;
  const Cancellation& cancel_;
  StateDir state_;
  aur::Client client_;
};

std::string shown(const Proposal& proposal) {
  auto text = targets_tree(proposal.listed, proposal.chosen);
  std::set<std::string> others;
  for (const auto& one : proposal.packages)
    for (const auto& need : find_target(proposal.listed, one.target.name)->needs)
      if (std::ranges::none_of(proposal.packages, [&](const SeenTarget& new_one) {
            return new_one.target.name == need;
          }))
        others.insert(need);
  if (!others.empty()) text += fmt::format("listed already: {}\n", fmt::join(others, " "));
  if (!proposal.from_distribution.empty())
    text += fmt::format("from the distribution: {}\n", fmt::join(proposal.from_distribution, " "));
  return text + "\n" + new_targets_table(proposal.packages, std::time(nullptr));
}

void show_recipes(const Proposal& proposal, const Cancellation& cancel) {
  for (const auto& one : proposal.packages) {
    const auto diff = trust::compare_files({}, one.judged.after, trust::Whole::yes, cancel);
    print(review_text({one.target.name, one.tip.commit, one.judged, diff, one.warnings},
                      Shown::changes, user_name(), is_coloured()) +
          "\n");
  }
}

bool is_wanted(const Proposal& proposal, const Arguments& arguments, const Cancellation& cancel) {
  if (arguments.yes) return true;
  if (arguments.json || !is_attended()) return false;
  const auto count = proposal.packages.size();
  const auto question =
      fmt::format("Add {} [y/N/d: show recipes] ",
                  count == 1 ? "this package?" : fmt::format("these {} packages?", count));
  for (;;) {
    const auto answer = lower_case(answer_to(question, cancel));
    if (answer != "d") return answer == "y" || answer == "yes";
    show_recipes(proposal, cancel);
  }
}

/// All of it or nothing.
void write(const config::FileEdit& edit, const Proposal& proposal, const Cancellation& cancel) {
  const auto distribution = pacman::Distribution();  // expect_free_names() asked for all names
  const StateDir state(edit.settings().build.state_dir);
  const RunLock lock(state, RunLock::For::run, cancel);
  Ledger ledger(state, Ledger::Access::write);
  ledger.together([&] {
    for (const auto& one : proposal.packages)
      approve(ledger, one, {user_name(), "added"}, distribution);
    edit.write();
  });
}

}  // namespace

int add_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto names = names_given(arguments);
  config::FileEdit edit(load_request(arguments));
  Console words(STDERR_FILENO, Console::Patience::bounded);
  const auto proposal = Proposing(arguments, edit, words, cancel).propose(names);
  words.flush();
  if (!arguments.json && !proposal.packages.empty() && !(arguments.quiet && arguments.yes))
    print(shown(proposal));
  const bool is_added = !proposal.packages.empty() && is_wanted(proposal, arguments, cancel);
  if (is_added) write(edit, proposal, cancel);
  if (arguments.json)
    print(new_targets_json(proposal.packages, is_added, edit.file().string()));
  else if (is_added && !arguments.quiet)
    print(fmt::format("added to {}: {}; next: pkgkiln build\n", edit.file().string(),
                      fmt::join(proposal.chosen, " ")));
  if (is_added || proposal.packages.empty()) return exit_code::ok;
  if (!arguments.json && is_attended()) {
    say("nothing was added\n");
    return exit_code::ok;
  }
  throw UsageError("nothing was added")
      .because("nobody was there to be asked")
      .advise(fmt::format("pkgkiln add --yes {}", fmt::join(names, " ")));
}

}  // namespace pkgkiln::cli
