#include "tests/bench/publish.hpp"

#include "core/base/file.hpp"
#include "core/publish/local_repository.hpp"
#include "core/target/target.hpp"
#include "core/vieter/server_repository.hpp"

namespace pkgkiln::bench {

namespace {

/// As one build's set, the way that a run goes: each file is read and checked, then published.
void publish(Repository& repository, const std::vector<std::string>& files) {
  std::vector<pacman::PackageArchive> packages;
  for (const auto& file : files) packages.push_back(pacman::PackageArchive::read(file));
  repository.publish(packages);
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
