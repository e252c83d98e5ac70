#include "cli/setup.hpp"

#include <array>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <pwd.h>
#include <unistd.h>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/printable.hpp"
#include "core/base/process.hpp"
#include "core/base/secret.hpp"
#include "core/publish/local_repository.hpp"
#include "core/vieter/server_logs.hpp"
#include "core/vieter/server_repository.hpp"

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
