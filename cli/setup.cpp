#include "cli/setup.hpp"

#include <cstdlib>
#include <map>
#include <pwd.h>
#include <unistd.h>

#include "core/base/file.hpp"
#include "core/publish/local_repository.hpp"
#include "core/run/selection.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): not every libc declares it

namespace pkgkiln::cli {

namespace {

/// Enough for a linker with many inputs, few enough for fakeroot, which closes every one that
/// there could be, and for the user of a rootless engine.
constexpr std::uint64_t kOpenFiles = 16'384;

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string line = *entry;
    const auto equals = line.find('=');
    if (equals != std::string::npos)
      result.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return result;
}

/// A system service or a cron job may have no HOME.
std::string home_of(const std::map<std::string, std::string>& env) {
  if (const auto home = env.find("HOME"); home != env.end()) return home->second;
  const passwd* user = ::getpwuid(::getuid());
  return user == nullptr ? std::string() : std::string(user->pw_dir);
}

void refuse_vieter(const config::Settings& settings) {
  if (settings.vieter.address.empty()) return;
  throw UsageError("Vieter servers are not spoken to by this version")
      .because("vieter.address is set")
      .advise("unset it, list the targets in the configuration, publish to a local repository");
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

config::LoadResult load_config(const Arguments& arguments) {
  config::LoadRequest request;
  request.file = arguments.config_file;
  request.env = environment();
  request.home = home_of(request.env);
  for (const auto& setting : arguments.settings)
    request.overrides.push_back(config::parse_override(setting));
  if (!arguments.runtime.empty())
    request.overrides.push_back({"runtime.kind", arguments.runtime, "--runtime"});
  return config::load(request);
}

Setup set_up(const Arguments& arguments) {
  Setup setup;
  setup.config = load_config(arguments);
  const auto& settings = setup.settings();
  refuse_vieter(settings);
  for (const auto& repository : settings.repositories)
    setup.repositories.emplace(
        repository.name,
        std::make_unique<LocalRepository>(repository.name, repository.path, machine_arch()));
  setup.sources.push_back(std::make_unique<ConfiguredTargets>(
      settings.file.empty() ? "the configuration" : settings.file.string(), settings.targets));
  return setup;
}

std::vector<Target> selected_targets(const Setup& setup, const Arguments& arguments,
                                     std::vector<std::string>& known) {
  auto targets = list_targets(setup.sources, machine_arch());
  for (auto& target : targets) {
    known.push_back(target.name);
    target.force = target.force || arguments.force;
  }
  return select_targets(std::move(targets), arguments.targets);
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
  return result;
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
  return result;
}

}  // namespace pkgkiln::cli
