#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <optional>
#include <unistd.h>
#include <variant>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/selection.hpp"
#include "cli/setup.hpp"
#include "cli/tables.hpp"
#include "cli/terminal/own_terminal.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/builder/kept_containers.hpp"
#include "core/plan/planner.hpp"
#include "core/run/recorder.hpp"

namespace pkgkiln::cli {

namespace {

constexpr std::size_t kRecordsLookedAt = 1000;

/// What somebody would type to do that step.
const char* command_of(const std::string& step) {
  static const std::map<std::string, const char*, std::less<>> commands{
      {"inspect", "makepkg --printsrcinfo"},
      {"dependencies", "with --root: pacman -Syu, and pacman -S what makepkg misses"},
      {"fetch", "makepkg --nobuild --nodeps"},
      {"packagelist", "makepkg --packagelist"},
      {"build", "makepkg --noextract --nodeps"},
      {"accept", "ls -l \"$PKGDEST\""}};
  const auto found = commands.find(step);
  return found == commands.end() ? "" : found->second;
}

/// What a shell begins with, for whoever types in it.
struct Situation {
  std::string headline;
  std::string step;  // that failed, or would come next
  bool has_network = false;
  std::string lasts;  // how long what is changed there

  std::string text(bool as_root) const {
    auto lines = printable(headline) + "\n";
    lines +=
        fmt::format("  {}, network {}\n", as_root ? "root" : "builder", has_network ? "on" : "off");
    lines += "  the PKGBUILD is in this directory; src and pkg are in $BUILDDIR/PKGBASE\n";
    if (const std::string command = command_of(step); !command.empty())
      lines += fmt::format("  the step {} does: {}\n", step, command);
    return lines + fmt::format("  exit or Ctrl-D leaves; {}\n", lasts);
  }
};

/// A shell at a terminal does as that terminal wants it.
void add_terminal(std::map<std::string, std::string>& environment) {
  const char* type = std::getenv("TERM");
  if (!OwnTerminal::is_there() || type == nullptr) return;
  const std::string_view name = type;
  if (std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.'; }))
    environment["TERM"] = name;
}

void converse(ContainerRuntime& runtime, KeptContainer container, const Situation& situation,
              const Arguments& arguments, const Cancellation& cancel) {
  if (!arguments.quiet) say(situation.text(arguments.root));
  add_terminal(container.environment);
  OwnTerminal terminal(cancel);
  attend_shell(runtime, container, arguments.root, terminal, cancel);
}

/// Runs as long as this. A shell that was killed may have left it running.
class Started {
 public:
  Started(ContainerRuntime& runtime, const ContainerSummary& container)
      : runtime_(runtime), name_(container.name) {
    if (!container.running) runtime_.start(name_);
  }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;
  ~Started() {
    try {
      runtime_.kill(name_);
    } catch (const std::exception& error) {
      say(fmt::format("note: the kept container goes on: {}\n", printable(error.what())));
    }
  }

 private:
  ContainerRuntime& runtime_;
  std::string name_;
};

Situation situation_of(const KeptContainer& kept, const History& history) {
  Situation situation;
  situation.headline = fmt::format("{}: the container of build {}", kept.target, kept.build);
  for (const auto& build : history.builds(kept.target, kRecordsLookedAt))
    if (build.build == kept.build) {
      situation.step = build.step;
      situation.headline += fmt::format(", which {} at step {}: {}",
                                        build.status == Status::timed_out ? "timed out" : "failed",
                                        build.step, build.why);
    }
  situation.lasts = fmt::format("what you change stays until {} is built again", kept.target);
  return situation;
}

/// In the newest kept container of that target; false if there is none. It needs no lock: a run
/// leaves a container alone that is in use.
bool shell_in_kept(ContainerRuntime& runtime, const StateDir& state, const Arguments& arguments,
                   const Cancellation& cancel) {
  const History history(state);
  for (const auto& kept : history.kept()) {
    if (kept.target != arguments.targets.front() || kept.build.empty()) continue;
    const ShellLock lock(state, kept.container);
    const auto containers = runtime.list({{label::instance, state.instance()}});
    const auto found = std::ranges::find(containers, kept.container, &ContainerSummary::name);
    if (found == containers.end()) continue;
    const Started started(runtime, *found);
    converse(runtime, kept, situation_of(kept, history), arguments, cancel);
    return true;
  }
  return false;
}

/// What a build would build now.
Job planned(Setup& setup, const Arguments& arguments, PackagingSources& sources, History& history,
            git::Remotes& remotes, const StateDir& state, Target target,
            const Cancellation& cancel) {
  const Ledger ledger(state, Ledger::Access::read);
  const trust::Gate gate(
      gate_settings(setup.settings()), ledger, remotes, [&] { return known_distribution(setup); },
      setup.arch);
  target.force = true;
  auto job =
      Planner(sources, history, *setup.repositories, remotes, setup.arch,
              {true, retry_policy(setup.settings(), arguments), build_conditions(setup.settings()),
               setup.settings().build.bump_pkgrel, false, &gate})
          .decide(std::move(target), cancel);
  const auto name = job.target.name;
  if (const auto* unplannable = std::get_if<Unplannable>(&job.plan.decision))
    throw Error(*unplannable->error);
  if (const auto* hold = std::get_if<Hold>(&job.plan.decision))
    throw Error("'" + name + "' may not be run unseen")
        .because(hold->why)
        .advise("pkgkiln diff " + name);
  job.record = record_for(job);
  return job;
}

/// A container that goes with the shell in it. A run leaves it alone until then.
class Passing {
 public:
  Passing(PackageBuild& build, History& history, KeptContainer container)
      : build_(build), history_(history), container_(std::move(container)) {
    auto record = container_;
    record.build.clear();
    record.environment.clear();  // it may hold passwords of proxies
    history_.record_kept(record);
  }
  Passing(const Passing&) = delete;
  Passing& operator=(const Passing&) = delete;
  ~Passing() {
    try {
      build_.discard_container();
      history_.forget_kept(container_.container);
    } catch (const std::exception& error) {
      say(fmt::format("note: the next run removes the container: {}\n", printable(error.what())));
    }
  }
  const KeptContainer& container() const { return container_; }

 private:
  PackageBuild& build_;
  History& history_;
  KeptContainer container_;
};

Situation situation_of(const Job& job, const std::optional<BuildOutcome>& ended,
                       const std::string& next) {
  Situation situation;
  const auto& name = job.target.name;
  situation.lasts = "then this container is removed";
  situation.step = ended ? job.record.step : next;
  situation.headline =
      ended ? fmt::format("{}: step {} failed: {}", name, job.record.step, job.record.why)
            : fmt::format("{}: ready for the step {}", name, next);
  situation.has_network = ended || next != "build" || job.target.network;
  return situation;
}

/// The log of what is no build: it goes, unless it says why there is no shell.
struct PassingLog {
  explicit PassingLog(std::filesystem::path log) : path(std::move(log)) {}
  PassingLog(const PassingLog&) = delete;
  PassingLog& operator=(const PassingLog&) = delete;
  ~PassingLog() {
    std::error_code ignored;
    if (!is_kept) std::filesystem::remove(path, ignored);
  }

  std::filesystem::path path;
  bool is_kept = false;
};

void shell_in_new(OpenedRuntime& engine, Setup& setup, const StateDir& state,
                  const Arguments& arguments, const Cancellation& cancel) {
  const auto& settings = setup.settings();
  Console words(STDERR_FILENO, Console::Patience::bounded);
  std::optional<RunLock> lock(std::in_place, state, RunLock::For::run, cancel);
  History history(state, History::IfDamaged::put_aside);
  git::Remotes remotes(politeness(settings));
  PackagingSources sources(state.mirrors(), remotes);
  auto selection = select(setup, arguments, sources, true, words, cancel, &history);
  auto job = planned(setup, arguments, sources, history, remotes, state,
                     *find_target(selection.targets, arguments.targets.front()), cancel);
  const auto tell = [&](const std::string& text) {
    if (!arguments.quiet) words.write(printable(text) + "\n");
  };

  const RunIdentity identity{state.instance(), time_and_random()};
  BuilderImage image(engine.runtime(), engine.images(), identity, image_settings(settings));
  const Host host{engine.runtime(),      image, identity, setup.arch, capacity(settings),
                  cache_limits(settings)};
  const auto how = build_settings(settings);
  BuildLog log(state.log(job.target.name, job.record.build), how.host.log);
  PassingLog passing_log(log.path());
  const auto image_id = image.ensure(
      false, [&](std::string_view said) { log.write(said); },
      [&](std::string_view text) { tell("note: " + std::string(text)); }, cancel);
  const auto source = sources.open(job.target);
  BuildContext context{job,
                       *source,
                       setup.repositories->at(job.target.repository),
                       remotes,
                       image_id,
                       {},
                       log,
                       [](const pacman::PackageFileName&) { return std::nullopt; },
                       [&](const std::string& step) { tell(job.target.name + ": " + step); }};
  context.slot.cores = host.capacity.cores;
  context.at_failure = AtFailure::stay_open;
  PackageBuild build(host, how, std::move(context));
  const auto next = arguments.step.empty() ? "build" : arguments.step;
  const auto ended = build.run_until(next, cancel);
  cancel.check();
  if (ended) note_outcome(job.record, *ended);
  const auto container = build.open_container();
  passing_log.is_kept = !container;
  if (!container)
    throw Error(fmt::format("cannot make '{}' ready for a shell", job.target.name))
        .because(fmt::format("step {}: {}", job.record.step, job.record.why))
        .because("log: " + log.path().string())
        .advise(job.record.hint);
  const Passing passing(build, history, *container);
  lock.reset();
  words.flush();
  converse(engine.runtime(), passing.container(), situation_of(job, ended, next), arguments,
           cancel);
}

}  // namespace

int shell_command(const Arguments& arguments, const Cancellation& cancel) {
  auto setup = set_up(arguments, cancel);
  const StateDir state(setup.settings().build.state_dir);
  const auto engine = open_engine(setup.settings());
  if (!arguments.step.empty() || !shell_in_kept(engine->runtime(), state, arguments, cancel))
    shell_in_new(*engine, setup, state, arguments, cancel);
  return exit_code::ok;
}

}  // namespace pkgkiln::cli
