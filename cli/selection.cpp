#include "cli/selection.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <utility>

#include "cli/exit_code.hpp"
#include "core/aur/targets.hpp"
#include "core/base/printable.hpp"
#include "core/base/process.hpp"
#include "core/ledger/ledger.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "core/schedule/due.hpp"
#include "core/targets/found_targets.hpp"
#include "core/vieter/targets.hpp"

namespace pkgkiln::cli {

namespace {

void say_why_there_are_none(const config::Settings& settings, Console& words) {
  std::string how = "; add [[targets]] to " + settings.file.string();
  if (settings.file.empty())
    how = settings.vieter.address.empty()
              ? ", since there is no configuration\n"
                "  try: pkgkiln init; or, for packages of the AUR: pkgkiln add NAME"
              : "; the server lists none";
  words.write("note: there are no targets for this machine" + how + "\n");
}

aur::Closure::Chosen chosen_providers(const config::Settings& settings) {
  aur::Closure::Chosen chosen;
  for (const auto& entry : settings.aur.providers) {
    const auto equals = entry.find('=');
    chosen[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return chosen;
}

/// What the AUR's repositories that were fetched say, as long as the AUR tells of the same commit.
aur::Closure::Recipe recipes_in(PackagingSources& sources, const History* history,
                                const std::string& arch) {
  if (history == nullptr) return {};
  return
      [&sources, history, arch](const Target& target) -> std::optional<std::vector<std::string>> {
        const auto tip = history->tip(target.url);
        std::error_code none;
        if (!tip || tip->mark != target.aur->mark() ||
            !std::filesystem::exists(sources.directory(target), none))
          return std::nullopt;
        try {
          const auto srcinfo = sources.open(target)->read_file(tip->commit, ".SRCINFO");
          if (!srcinfo) return std::nullopt;
          return pacman::SrcInfo::parse(*srcinfo, arch).build_dependencies();
        } catch (const Error&) {  // what the AUR says has to do
          return std::nullopt;
        }
      };
}

/// Nothing where the ledger can't be read: whoever needs it says so.
std::vector<OwnedName> published_names(const std::filesystem::path& state_dir) {
  try {
    return Ledger(StateDir(state_dir), Ledger::Access::read).names();
  } catch (const Error&) {
    return {};
  }
}

/// Wherever targets are listed; the first that lists one has its way. Takes those of the settings.
std::vector<std::unique_ptr<TargetSource>> target_sources(Setup& setup, PackagingSources& sources,
                                                          bool may_fetch, const History* history,
                                                          const MakeDistribution& make_distribution,
                                                          const Cancellation& cancel) {
  const auto& settings = setup.settings();
  std::vector<Target> own;
  std::vector<FoundTargets::Entry> patterns;
  std::vector<aur::Targets::Request> of_aur;
  for (auto& entry : std::exchange(setup.config.settings.targets, {})) {
    Target& target = entry;
    if (!entry.aur_names.empty())
      of_aur.push_back({target, entry.aur_names});
    else if (const PathPattern path(entry.path); path.is_path())
      own.emplace_back(std::move(target)).path = path.path();
    else
      patterns.push_back({target, entry.exclude});
  }
  std::vector<std::unique_ptr<TargetSource>> result;
  for (auto& entry : patterns)
    result.push_back(
        std::make_unique<FoundTargets>(std::move(entry), own, sources, may_fetch, cancel));
  result.insert(
      result.begin(),
      std::make_unique<ConfiguredTargets>(
          settings.file.empty() ? "the configuration" : settings.file.string(), std::move(own)));
  result.push_back(std::make_unique<aur::Targets>(
      std::move(of_aur),
      aur::Directory::Settings{settings.aur.url, static_cast<std::size_t>(settings.aur.dump_from),
                               settings.build.state_dir / "aur", may_fetch},
      aur::Targets::Needs{
          [kept = StateDir(settings.build.state_dir).distribution(), make_distribution] {
            auto known = pacman::Distribution::load(kept);
            return known || !make_distribution ? known : make_distribution();
          },
          chosen_providers(settings), recipes_in(sources, history, setup.arch),
          [state_dir = settings.build.state_dir] { return published_names(state_dir); }},
      cancel));
  if (setup.server) result.push_back(std::make_unique<vieter::Targets>(*setup.server));
  return result;
}

void fill_in_schedules(std::vector<Target>& targets, const config::Settings& settings) {
  std::map<std::string, std::string> of_repository;
  for (const auto& one : settings.repositories) of_repository[one.name] = one.schedule;
  for (auto& target : targets) {
    if (target.schedule.empty()) target.schedule = of_repository[target.repository];
    if (target.schedule.empty()) target.schedule = settings.build.schedule;
  }
}

/// What they need and is listed for them only belongs to them, due or not.
std::vector<Target> only_due(const std::vector<Target>& targets, const std::vector<Target>& listed,
                             const History& history) {
  const auto names = due_targets(targets, history.states(), std::chrono::system_clock::now());
  return names.empty() ? std::vector<Target>() : select_targets(listed, names);
}

}  // namespace

int Selection::exit_code(int code) const {
  if (unlisted) return exit_code::nothing_done;
  return unusable && code == exit_code::ok ? exit_code::target_failed : code;
}

std::optional<RunLock> lock_if_free(const StateDir& state, Console& words) {
  try {
    return std::make_optional<RunLock>(state, RunLock::For::look);
  } catch (const LockedError& error) {
    words.write(
        fmt::format("note: what changed is not looked into, since {}\n", printable(error.what())));
    return std::nullopt;
  }
}

Listed list_all(Setup& setup, PackagingSources& sources, bool may_fetch, const Cancellation& cancel,
                const History* history, const MakeDistribution& make_distribution) {
  auto listed =
      list_targets(target_sources(setup, sources, may_fetch, history, make_distribution, cancel),
                   machine_arch(), remembered_names(setup.settings().build.state_dir));
  fill_in_schedules(listed.targets, setup.settings());
  return listed;
}

Selection select(Setup& setup, const Arguments& arguments, PackagingSources& sources,
                 bool may_fetch, Console& words, const Cancellation& cancel, const History* history,
                 const MakeDistribution& make_distribution) {
  auto listed = list_all(setup, sources, may_fetch, cancel, history, make_distribution);
  for (const auto& notices : {setup.config.notices, listed.notices})
    for (const auto& notice : notices) words.write(fmt::format("note: {}\n", printable(notice)));
  for (const auto& failure : listed.failures) words.write(error_text(failure.report()));
  for (const auto& problem : listed.problems) words.write(error_text(printable(problem)));
  Selection selection;
  selection.unlisted = !listed.failures.empty();
  selection.is_partial = listed.is_partial;
  selection.unusable = !listed.problems.empty();
  for (auto& target : listed.targets) target.force = target.force || arguments.force;
  selection.listed = listed.targets;
  if (selection.listed.empty() && !selection.unlisted)
    say_why_there_are_none(setup.settings(), words);
  auto names = arguments.targets;
  if (arguments.if_listed) {
    std::erase_if(names, [&](const std::string& name) {
      return std::ranges::find(selection.listed, name, &Target::name) == selection.listed.end();
    });
    if (names.empty()) return selection;
  }
  try {
    selection.targets = select_targets(std::move(listed.targets), names);
    if (arguments.due && history != nullptr)
      selection.targets = only_due(selection.targets, selection.listed, *history);
  } catch (const UsageError& error) {
    if (!selection.unlisted) throw;
    throw Error(error.what_failed()).because("not all targets could be listed");
  }
  return_free_memory();  // what reading a long configuration took
  return selection;
}

}  // namespace pkgkiln::cli
