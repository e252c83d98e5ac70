#include <cstdio>
#include <fmt/format.h>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "cli/commands/commands.hpp"
#include "cli/engine.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "cli/size_text.hpp"
#include "core/base/litter.hpp"
#include "core/base/printable.hpp"
#include "core/base/random.hpp"
#include "core/cache/caches.hpp"
#include "core/runtime/waiting_container.hpp"
#include "core/state/old_files.hpp"

namespace pkgkiln::cli {

namespace {

/// Removes things, or only says so, and tells what and how large each was.
class Broom {
 public:
  explicit Broom(bool dry_run) : dry_run_(dry_run) {}

  void sweep(const std::vector<Litter>& litter) {
    for (const auto& one : litter) attempt([&] { sweep(one); });
  }
  /// What it throws is told, and stops nothing else.
  void attempt(const std::function<void()>& action) {
    try {
      action();
    } catch (const Cancelled&) {
      throw;
    } catch (const Error& error) {
      fmt::print(stderr, "error: {}\n", error.report());
      failed_ = true;
    }
  }
  void tell() const {
    if (count_ == 0) return fmt::print("nothing to remove\n");
    fmt::print("{} {} thing{}, {}\n", verb(), count_, count_ == 1 ? "" : "s", size_text(bytes_));
  }
  bool failed() const { return failed_; }

 private:
  void sweep(const Litter& one) {
    if (!dry_run_) one.remove();
    fmt::print("{} {}{}\n", verb(), printable(one.what),
               one.bytes ? " (" + size_text(*one.bytes) + ")" : std::string());
    ++count_;
    bytes_ += one.bytes.value_or(0);
  }
  const char* verb() const { return dry_run_ ? "would remove" : "removed"; }

  bool dry_run_;
  bool failed_ = false;
  std::size_t count_ = 0;
  std::uint64_t bytes_ = 0;
};

/// Whose things are to go.
struct Wanted {
  bool all = false;
  bool is_complete = false;      // `known` has every target that there is
  std::set<std::string> known;   // names
  std::set<std::string> chosen;  // on the command line

  Wanted(const Selection& selection, const Arguments& arguments)
      : all(arguments.all),
        is_complete(!selection.unlisted && !selection.unusable),
        known(selection.known.begin(), selection.known.end()) {
    if (!arguments.targets.empty())
      for (const auto& target : selection.targets) chosen.insert(target.name);
  }

  bool cache(const std::string& target) const {
    if (all || chosen.contains(target)) return true;
    return is_complete && !target.empty() && !known.contains(target);
  }
};

void sweep_engine(const config::Settings& settings, const StateDir& state, History& history,
                  const Wanted& wanted, Broom& broom) {
  const auto engine = open_engine(settings);
  const RunIdentity identity{state.instance(), time_and_random()};
  auto& runtime = engine->runtime();
  broom.attempt([&] { broom.sweep(leftovers(runtime, {{label::instance, identity.instance}})); });
  broom.attempt([&] {
    const BuilderImage image(runtime, engine->images(), identity, image_settings(settings));
    broom.sweep(image.old());
  });
  broom.attempt([&] {
    const Caches caches(runtime, history, identity.instance, build_settings(settings).caches);
    broom.sweep(caches.litter([&](const std::string& target) { return wanted.cache(target); }));
  });
}

void sweep_state(const config::Settings& settings, const StateDir& state, History& history,
                 const Wanted& wanted, bool dry_run, Broom& broom) {
  if (wanted.is_complete) broom.sweep(unknown_targets(state, wanted.known));
  if (const auto limit = settings.build.logs_size.value_or(0); limit > 0)
    broom.sweep(logs_beyond(state, limit));
  if (settings.build.keep_logs.count() == 0) return;
  const auto before = std::chrono::system_clock::now() - settings.build.keep_logs;
  broom.sweep(old_logs(state, before));
  if (!dry_run) broom.attempt([&] { history.forget_builds(before); });
}

}  // namespace

int clean_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto setup = set_up(arguments, cancel);
  const auto& settings = setup.settings();
  const auto selection = select(setup, arguments);
  const Wanted wanted(selection, arguments);
  const StateDir state(settings.build.state_dir);
  const RunLock lock(state, RunLock::For::run, cancel);
  History history(state);
  if (!wanted.is_complete)
    fmt::print(stderr, "note: nothing of targets that may be listed no more is removed\n");
  Broom broom(arguments.dry_run);
  broom.attempt([&] { sweep_engine(settings, state, history, wanted, broom); });
  sweep_state(settings, state, history, wanted, arguments.dry_run, broom);
  broom.tell();
  return selection.exit_code(broom.failed() ? exit_code::nothing_done : exit_code::ok);
}

}  // namespace pkgkiln::cli
