#include "cli/setup.hpp"

#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <malloc.h>
#include <map>
#include <pwd.h>
#include <unistd.h>
#include <utility>

#include "cli/exit_code.hpp"
#include "core/aur/targets.hpp"
#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/printable.hpp"
#include "core/base/process.hpp"
#include "core/base/secret.hpp"
#include "core/journal/history.hpp"
#include "core/ledger/ledger.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "core/publish/local_repository.hpp"
#include "core/schedule/due.hpp"
#include "core/targets/found_targets.hpp"
#include "core/vieter/server_logs.hpp"
#include "core/vieter/server_repository.hpp"
#include "core/vieter/targets.hpp"

namespace pkgkiln::cli {

std::unique_ptr<OpenedRuntime> open_engine(const config::Settings& settings) {
  return open_runtime(RuntimeChoice::parse(settings.runtime.kind, settings.runtime.socket));
}

std::unique_ptr<OpenedRuntime> engine_when_needed(const config::Settings& settings) {
  return open_when_needed(RuntimeChoice::parse(settings.runtime.kind, settings.runtime.socket));
}

namespace {

/// Enough for a linker with many inputs, few enough for fakeroot, which closes every one that
/// there could be, and for the user of a rootless engine.
constexpr std::uint64_t kOpenFiles = 16'384;

/// The AUR answers 429 from some 20 on, and its users agreed on fewer.
constexpr std::size_t kOfAurAtOnce = 4;

vieter::ServerSettings server_settings(const config::Settings& settings, const std::string& arch) {
  const auto& vieter = settings.vieter;
  return {vieter.address,      vieter.api_key, vieter.container_address,
          vieter.default_arch, arch,           vieter.retry_timeout};
}

std::string cpuinfo() {
  try {
    return read_file("/proc/cpuinfo", 16U << 20U);
  } catch (const Error&) {
    return {};
  }
}

std::string content_of(const std::filesystem::path& path, const char* key) {
  if (path.empty()) return {};
  try {
    return read_file(path, 1U << 20U);
  } catch (Error& error) {
    error.while_doing(std::string("cannot use image.") + key);
    throw;
  }
}

void say_why_there_are_none(const config::Settings& settings, Console& words) {
  std::string how = "; add [[targets]] to " + settings.file.string();
  if (settings.file.empty())
    how = settings.vieter.address.empty()
              ? ", since there is no configuration\n"
                "  try: pkgkiln config --example > ~/.config/pkgkiln/config.toml, and edit it;\n"
                "       or, for packages of the AUR: pkgkiln add NAME"
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

config::LoadRequest load_request(const Arguments& arguments) {
  config::LoadRequest request;
  request.file = arguments.config_file;
  request.env = environment();
  request.home = home_directory(request.env);
  if (::geteuid() == 0) request.shared_data = "/var/lib/pkgkiln";
  for (const auto& setting : arguments.settings)
    request.overrides.push_back(config::parse_override(setting));
  if (!arguments.runtime.empty())
    request.overrides.push_back({"runtime.kind", arguments.runtime, "--runtime"});
  return request;
}

config::LoadResult load_config(const Arguments& arguments) {
  return config::load(load_request(arguments));
}

Setup set_up(const Arguments& arguments, const Cancellation& cancel) {
  return set_up(load_config(arguments), cancel);
}

Setup set_up(config::LoadResult config, const Cancellation& cancel) {
  Setup setup;
  setup.config = std::move(config);
  setup.config.origins.clear();  // only `config` shows them, and there are some for each target
  const auto& settings = setup.settings();
  setup.arch = arch_to_build(content_of(settings.image.makepkg_conf, "makepkg_conf"),
                             machine_arch(), cpuinfo());
  if (!settings.vieter.address.empty()) {
    setup.server = std::make_unique<vieter::Server>(server_settings(settings, setup.arch), cancel);
    setup.logs = std::make_unique<vieter::ServerLogs>(*setup.server);
    setup.repositories->make_others_by([&server = *setup.server](const std::string& name) {
      return std::make_unique<vieter::ServerRepository>(name, server);
    });
  }
  // gpg asks for a passphrase where somebody can answer.
  const bool is_attended = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0;
  if (!settings.sign.key.empty())
    setup.signer = std::make_unique<Signer>(
        settings.sign, is_attended ? Signer::Ask::at_terminal : Signer::Ask::never, cancel);
  for (const auto& repository : settings.repositories)
    if (!repository.path.empty())
      setup.repositories->add(
          std::make_unique<LocalRepository>(repository.name, repository.path, setup.arch, cancel,
                                            setup.signer.get()),
          repository.prune);
  return setup;
}

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
  for (const auto& failure : listed.failures)
    words.write(fmt::format("error: {}\n", failure.report()));
  for (const auto& problem : listed.problems)
    words.write(fmt::format("error: {}\n", printable(problem)));
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
#ifdef __GLIBC__
  ::malloc_trim(0);  // what reading a long configuration took
#endif
  return selection;
}

std::string user_name() {
  const auto env = environment();
  if (const auto found = env.find("SUDO_USER"); ::geteuid() == 0 && found != env.end())
    return found->second;
  const auto* entry = ::getpwuid(::geteuid());
  return entry == nullptr ? std::to_string(::geteuid()) : entry->pw_name;
}

std::map<std::string, std::string> proxies(const config::Settings& settings) {
  static constexpr std::array by_url = {"http_proxy", "https_proxy", "ftp_proxy", "all_proxy"};
  const auto& chosen = settings.build.proxy.reveal();
  std::map<std::string, std::string> result;
  if (chosen == "none") return result;
  const auto env = environment();
  const auto take = [&](const std::string& name, bool given) {
    auto upper = name;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    for (const auto& spelling : {name, upper}) {
      const auto found = env.find(spelling);
      if (given)
        result[spelling] = chosen;
      else if (found != env.end() && !found->second.empty())
        result[spelling] = found->second;
    }
  };
  for (const auto* name : by_url) take(name, !chosen.empty());
  take("no_proxy", false);
  return result;
}

git::Politeness politeness(const config::Settings& settings) {
  git::Politeness result;
  result.less_at_once[git::Remotes::host_of(settings.aur.url)] = kOfAurAtOnce;
  return result;
}

trust::Gate::Settings gate_settings(const config::Settings& settings) {
  const auto& trust = settings.trust;
  trust::Gate::Settings result;
  result.aur = trust::level_of(trust.aur).value_or(trust::Level::recipe);
  result.by_default = trust::level_of(trust.by_default).value_or(trust::Level::own);
  if (!trust.first.empty()) result.accepts_first = trust.first == "accept";
  result.age = trust.age;
  result.checks_commits = trust.commit == "check";
  result.maintainers = {trust.maintainers.begin(), trust.maintainers.end()};
  return result;
}

std::optional<pacman::Distribution> known_distribution(const Setup& setup) {
  const auto known =
      pacman::Distribution::load(StateDir(setup.settings().build.state_dir).distribution());
  if (!known) return std::nullopt;
  std::set<std::string, std::less<>> ours;
  for (const auto& repository : setup.settings().repositories) ours.insert(repository.name);
  return known->without(std::move(ours));
}

BuildSettings build_settings(const config::Settings& settings) {
  BuildSettings result;
  result.timeout = settings.build.timeout;
  result.limits.memory_bytes = settings.build.memory;
  result.limits.cpus = settings.build.cpus;
  result.limits.pids = settings.build.pids;
  result.limits.open_files = kOpenFiles;
  result.add_hosts = settings.runtime.add_hosts;
  result.environment = {settings.build.packager, settings.build.makeflags};
  result.host.log = settings.build.log_size.value_or(result.host.log);
  result.host.logs = settings.build.logs_size.value_or(0);
  result.host.packages = settings.build.packages_size.value_or(result.host.packages);
  result.host.unpacked = settings.build.unpacked_size.value_or(result.host.unpacked);
  result.environment.proxies = proxies(settings);
  result.version = PKGKILN_VERSION;
  return result;
}

CacheLimits cache_limits(const config::Settings& settings) {
  return {settings.cache.packages.value_or(0), settings.cache.sources.value_or(0)};
}

Capacity capacity(const config::Settings& settings) {
  return capacity_of(this_machine(), static_cast<std::size_t>(settings.build.jobs));
}

std::string build_conditions(const config::Settings& settings) {
  const auto& build = settings.build;
  std::string text =
      fmt::format("timeout={}\njobs={}\nmemory={}\ncpus={}\npids={}\n", build.timeout.count(),
                  build.jobs, build.memory.value_or(0), build.cpus.value_or(0), build.pids);
  const auto add = [&text](const char* name, const std::string& value) {
    text += fmt::format("{}={}\n", name, printable(value));
  };
  add("packages_size", std::to_string(build.packages_size.value_or(0)));
  add("unpacked_size", std::to_string(build.unpacked_size.value_or(0)));
  // They may hold passwords.
  std::string proxy;
  for (const auto& [name, value] : proxies(settings)) proxy += name + "=" + value + "\n";
  add("proxy", proxy.empty() ? "" : sha256_of(proxy));
  add("makeflags", build.makeflags);
  add("packager", build.packager);
  add("add_hosts", fmt::format("{}", fmt::join(settings.runtime.add_hosts, " ")));
  // So that an address that containers reach helps at once.
  const auto& vieter = settings.vieter;
  add("vieter.container_address",
      displayable_url(vieter.container_address.empty() ? vieter.address
                                                       : vieter.container_address));
  return text;
}

RetryPolicy retry_policy(const config::Settings& settings, const Arguments& arguments) {
  return {settings.build.retry_failed, !arguments.targets.empty()};
}

BuilderImage::Settings image_settings(const config::Settings& settings) {
  const auto& image = settings.image;
  BuilderImage::Settings result;
  result.recipe.base = ImageRef::parse(image.base);
  result.recipe.packages = image.packages;
  result.recipe.pacman_conf = content_of(image.pacman_conf, "pacman_conf");
  result.recipe.makepkg_conf = content_of(image.makepkg_conf, "makepkg_conf");
  result.recipe.mirrorlist = content_of(image.mirrorlist, "mirrorlist");
  result.recipe.add_hosts = settings.runtime.add_hosts;
  result.refresh = image.refresh;
  result.timeout = settings.build.timeout;
  result.proxies = proxies(settings);
  return result;
}

}  // namespace pkgkiln::cli
