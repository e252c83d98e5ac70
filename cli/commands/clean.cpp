#include <fmt/format.h>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unistd.h>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/selection.hpp"
#include "cli/setup.hpp"
#include "core/base/printable.hpp"
#include "core/base/quantity.hpp"
#include "core/base/removable.hpp"
#include "core/base/text.hpp"
#include "core/builder/caches.hpp"
#include "core/builder/kept_containers.hpp"
#include "core/journal/old_files.hpp"
#include "core/publish/spool.hpp"
#include "core/run/package_owners.hpp"
#include "core/runtime/waiting_container.hpp"

namespace pkgkiln::cli {

namespace {

/// Removes things, or only says so, and tells what and how large each was.
class Broom {
 public:
  explicit Broom(const Arguments& arguments)
      : dry_run_(arguments.dry_run), quiet_(arguments.quiet) {}

  void sweep(const std::vector<Removable>& removable) {
    for (const auto& one : removable) attempt([&] { sweep(one); });
  }
  /// What it throws is told, and stops nothing else.
  void attempt(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      complaints_.write(error_text(error.report()));
      failed_ = true;
    }
  }
  void note(const std::string& text) { complaints_.write(fmt::format("note: {}\n", text)); }
  void tell() {
    if (count_ == 0) return say("nothing to remove");
    say(fmt::format("{} {} thing{}, {}", verb(), count_, count_ == 1 ? "" : "s",
                    size_text(bytes_)));
  }
  bool failed() const { return failed_; }

 private:
  void sweep(const Removable& one) {
    if (!dry_run_) one.remove();
    say(fmt::format("{} {}{}", verb(), printable(one.what),
                    one.bytes ? " (" + size_text(*one.bytes) + ")" : std::string()));
    ++count_;
    bytes_ += one.bytes.value_or(0);
  }
  void say(const std::string& line) {
    if (!quiet_) results_.write(line + "\n");
  }
  const char* verb() const { return dry_run_ ? "would remove" : "removed"; }

  Console results_{STDOUT_FILENO, Console::Patience::endless};
  Console complaints_{STDERR_FILENO, Console::Patience::bounded};
  bool dry_run_, quiet_;
  bool failed_ = false;
  std::size_t count_ = 0;
  std::uint64_t bytes_ = 0;
};

/// Whose things are to go.
struct Wanted {
  bool all = false;
  bool is_complete = false;                         // `known` has every target that there is
  std::set<std::string> known;                      // names
  std::set<std::string> mirrors;                    // the names of their directories
  std::set<std::string> chosen;                     // on the command line
  std::map<std::string, std::string> repositories;  // of all targets, by their names

  Wanted(const Selection& selection, const Arguments& arguments)
      : all(arguments.all), is_complete(selection.is_complete() && !selection.unusable) {
    for (const auto& target : selection.listed) {
      known.insert(target.name);
      mirrors.insert(PackagingSources::directory_of(target));
      repositories[target.name] = target.repository;
    }
    if (!arguments.targets.empty())
      for (const auto& target : selection.targets) chosen.insert(target.name);
  }

  bool cache(const std::string& target) const {
    if (all || chosen.contains(target)) return true;
    return is_complete && !target.empty() && !known.contains(target);
  }

  /// Whether a run would publish what waits in the spool.
  bool batch(const BuildRecord& build, const Repositories& there) const {
    if (!is_complete) return true;
    const auto found = repositories.find(build.target);
    return found != repositories.end() && found->second == build.repository &&
           there.has(build.repository);
  }
};

void sweep_engine(const config::Settings& settings, const StateDir& state, History& history,
                  const Wanted& wanted, Broom& broom) {
  const auto engine = open_engine(settings);
  const RunIdentity identity{state.instance(), time_and_random()};
  auto& runtime = engine->runtime();
  const KeptContainers kept(runtime, history, identity.instance, 0);
  broom.attempt([&] { broom.sweep(kept.removable([](const KeptContainer&) { return true; })); });
  broom.attempt([&] {
    broom.sweep(leftovers(runtime, {{label::instance, identity.instance}}, kept.names()));
  });
  broom.attempt([&] {
    const BuilderImage image(runtime, engine->images(), identity, image_settings(settings));
    broom.sweep(image.old());
  });
  broom.attempt([&] {
    const Caches caches(runtime, history, identity.instance, cache_limits(settings));
    broom.sweep(caches.removable([&](const std::string& target) { return wanted.cache(target); }));
  });
}

void sweep_state(const config::Settings& settings, const StateDir& state, History& history,
                 const Wanted& wanted, bool dry_run, Broom& broom) {
  broom.sweep(useless_files(state));
  if (wanted.is_complete) {
    broom.sweep(unknown_targets(state, wanted.known));
    broom.sweep(unknown_mirrors(state, wanted.mirrors));
  }
  if (const auto limit = settings.build.logs_size.value_or(0); limit > 0)
    broom.sweep(logs_beyond(state, limit));
  if (settings.build.keep_logs.count() == 0) return;
  const auto before = std::chrono::system_clock::now() - settings.build.keep_logs;
  broom.sweep(old_logs(state, before));
  if (!dry_run) broom.attempt([&] { history.forget_builds(before); });
}

/// The names of targets that are listed no more: others may have them.
std::vector<Removable> names_given_up(Ledger& ledger, const std::set<std::string>& known) {
  std::map<std::string, std::string> names;  // by target
  for (const auto& name : ledger.names()) {
    auto& list = names[name.target];
    list += (list.empty() ? "" : ", ") + name.pkgname;
  }
  std::vector<Removable> result;
  for (const auto& [target, list] : names)
    if (!known.contains(target))
      result.push_back({fmt::format("the right of '{}' to publish {}", target, list), std::nullopt,
                        [&ledger, name = target] { ledger.give_up_names(name); }});
  return result;
}

void sweep_ledger(const StateDir& state, const History& history, const Repositories& repositories,
                  const Wanted& wanted, Broom& broom) {
  Ledger ledger(state, Ledger::Access::write);
  pin_names(ledger, history, repositories);
  if (wanted.is_complete) broom.sweep(names_given_up(ledger, wanted.known));
}

void sweep_spool(const Repositories& repositories, const StateDir& state, const Wanted& wanted,
                 Broom& broom) {
  broom.sweep(Spool(state.spool()).removable([&](const BuildRecord& build) {
    return wanted.batch(build, repositories);
  }));
}

/// Packages of ours that no target makes any more, and files that no entry names.
std::vector<Removable> removable_of(Repository& repository, const History& history) {
  std::vector<Removable> result;
  std::vector<OwnFile> former;
  for (const auto& [target, file] : history.former_packages(repository.name())) {
    former.push_back({file.file_name, file.sha256});
    const auto name = pacman::PackageFileName::parse(file.file_name);
    const auto listed = name ? repository.listed(*name) : std::nullopt;
    if (!listed || listed->sha256 != file.sha256) continue;
    result.push_back({fmt::format("{} in '{}', which '{}' makes no more", file.file_name,
                                  repository.name(), target),
                      std::nullopt,
                      [&repository, own = former.back()] { repository.withdraw(own); }});
  }
  const auto made = [&](const std::string& file) { return history.made(file, repository.name()); };
  for (auto& one : repository.leftovers(made, former)) result.push_back(std::move(one));
  return result;
}

void sweep_repositories(const Repositories& repositories, const History& history, Broom& broom) {
  for (auto* repository : repositories.all())
    if (repository->can_withdraw())
      broom.attempt([&] { broom.sweep(removable_of(*repository, history)); });
}

}  // namespace

int clean_command(const Arguments& arguments, const Cancellation& cancel) {
  auto setup = set_up(arguments, cancel);
  const auto& settings = setup.settings();
  // Before the lock, which must not wait for whoever reads.
  Console words(STDERR_FILENO, Console::Patience::bounded);
  Broom broom(arguments);
  const StateDir state(settings.build.state_dir);
  const RunLock lock(state, RunLock::For::run, cancel);
  git::Remotes remotes(politeness(setup.settings()));
  PackagingSources sources(state.mirrors(), remotes);
  const auto selection = select(setup, arguments, sources, true, words, cancel);
  const Wanted wanted(selection, arguments);
  History history(state, History::IfDamaged::put_aside);
  if (!history.notice().empty()) broom.note(history.notice());
  if (!wanted.is_complete) broom.note("nothing of targets that may be listed no more is removed");
  broom.attempt([&] { sweep_engine(settings, state, history, wanted, broom); });
  broom.attempt([&] { sweep_ledger(state, history, *setup.repositories, wanted, broom); });
  sweep_spool(*setup.repositories, state, wanted, broom);
  sweep_repositories(*setup.repositories, history, broom);
  sweep_state(settings, state, history, wanted, arguments.dry_run, broom);
  broom.tell();
  return selection.exit_code(broom.failed() ? exit_code::nothing_done : exit_code::ok);
}

}  // namespace pkgkiln::cli
