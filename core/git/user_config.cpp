#include "core/git/user_config.hpp"

#include "core/base/error.hpp"
#include "core/base/process.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::size_t kLargestConfigListing = 1U << 20U;

}  // namespace

bool is_transport_key(std::string_view key) {
  for (const auto* exact : {"core.sshcommand", "core.gitproxy", "ssh.variant", "safe.directory"})
    if (key == exact) return true;
  if (key.starts_with("url.")) return key.ends_with(".insteadof");
  return key.starts_with("credential.") || key.starts_with("http.");
}

Config proxy_config(const Config& config) {
  Config proxies;
  for (const auto& [key, value] : config)
    if (key == "core.gitproxy" || (key.starts_with("http.") && key.ends_with(".proxy")))
      proxies.emplace_back(key, value);
  return proxies;
}

Config transport_config(std::string_view listing) {
  Config config;
  while (!listing.empty()) {
    const auto end = listing.find('\0');
    const auto entry = listing.substr(0, end);
    listing = end == std::string_view::npos ? std::string_view{} : listing.substr(end + 1);
    const auto newline = entry.find('\n');
    const auto key = entry.substr(0, newline);
    if (!is_transport_key(key)) continue;
    // A key without "=" means true.
    const auto value = newline == std::string_view::npos ? "true" : entry.substr(newline + 1);
    config.emplace_back(key, value);
  }
  return config;
}

Config user_transport_config(const Cancellation& cancel) {
  ProcessSpec spec;
  spec.command = {"git", "config", "--null", "--list"};
  spec.env = {{"GIT_DIR", "/dev/null"}, {"LC_ALL", "C"}};
  for (const auto* name :
       {"XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"})
    spec.inherit.emplace_back(name);
  std::string listing;
  const auto result = run_process(
      spec,
      [&](std::string_view bytes) {
        listing += bytes;
        if (listing.size() > kLargestConfigListing)
          throw Error("git's configuration is longer than 1 MiB");
      },
      cancel);
  if (result.code != 0)
    throw Error("cannot read git's configuration")
        .because(result.error_output)
        .advise("run: git config --list");
  return transport_config(listing);
}

}  // namespace pkgkiln::git
