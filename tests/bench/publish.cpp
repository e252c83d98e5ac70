#include "tests/bench/publish.hpp"

#include <chrono>
#include <fmt/format.h>

#include "core/base/file.hpp"
#include "core/publish/local_repository.hpp"
#include "core/targets/target.hpp"
#include "core/vieter/server_repository.hpp"

namespace pkgkiln::bench {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// As one build's set, the way that a run goes: each file is read and checked, as it is when it
/// comes out of its container, and then published.
void publish(Repository& repository, const std::vector<std::string>& files) {
  auto begin = Clock::now();
  std::vector<pacman::PackageArchive> packages;
  for (const auto& file : files) packages.push_back(pacman::PackageArchive::read(file));
  const auto reading = seconds_since(begin);
  begin = Clock::now();
  repository.publish(packages);
  fmt::print("reading {:.4f} s, publishing {:.4f} s\n", reading, seconds_since(begin));
}

Secret key_in(const std::string& file) {
  auto key = read_file(file);
  while (key.ends_with('\n')) key.pop_back();
  return Secret(std::move(key));
}

}  // namespace

void publish_local(const std::string& root, const std::string& repository,
                   const std::vector<std::string>& files) {
  LocalRepository local(repository, root, machine_arch());
  publish(local, files);
}

void publish_vieter(const std::string& url, const std::string& key_file,
                    const std::string& repository, const std::vector<std::string>& files) {
  vieter::ServerSettings settings;
  settings.address = url;
  settings.api_key = key_in(key_file);
  settings.machine_arch = machine_arch();
  vieter::Server server(settings);
  vieter::ServerRepository remote(repository, server);
  publish(remote, files);
}

}  // namespace pkgkiln::bench
