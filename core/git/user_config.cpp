#include "core/git/user_config.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "core/base/error.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/base/url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::size_t kLargestConfigListing = 1U << 20U;
/// How bytes are moved, not which.
constexpr std::array<std::string_view, 7> kHarmless = {
    "postbuffer",  "lowspeedlimit", "lowspeedtime", "maxrequests",
    "minsessions", "noepsv",        "version"};

/// Whether http.<url>.* may be for this address. Ports, paths and users aren't looked at: to ask
/// git without need costs time only.
bool may_match(std::string_view pattern, const HttpAddress& address) {
  const auto host = lower_case(Url(pattern).host_name());
  return host.empty() || host.find('*') != std::string::npos ||
         host == Url(address.origin).host_name();
}

/// "http.<variable>" or "http.<url>.<variable>"
bool http_key_matters(std::string_view key, const HttpAddress& address) {
  const auto first = key.find('.');
  const auto last = key.rfind('.');
  const auto variable = key.substr(last + 1);
  if (std::ranges::find(kHarmless, variable) != kHarmless.end()) return false;
  if (variable.starts_with("ssl") && !address.is_encrypted()) return false;
  return first == last || may_match(key.substr(first + 1, last - first - 1), address);
}

}  // namespace

bool is_transport_key(std::string_view key) {
  for (const auto* exact :
       {"core.sshcommand", "core.gitproxy", "ssh.variant", "safe.directory", "core.excludesfile"})
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
    const auto entry = take_until(listing, '\0');
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

bool config_matters(const Config& config, const HttpAddress& address) {
  return std::ranges::any_of(config, [&](const auto& entry) {
    const auto& [key, value] = entry;
    // However the URL was written: with a slash at its end, or capitals in its host.
    if (key.starts_with("url."))
      return lower_case(address.location() + "/").starts_with(lower_case(value));
    return key.starts_with("http.") && http_key_matters(key, address);
  });
}

bool environment_matters(const HttpAddress& address) {
  if (!address.is_encrypted()) return false;
  return std::ranges::any_of(
      std::array{"GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY",
                 "GIT_SSL_NO_VERIFY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"},
      [](const char* name) { return std::getenv(name) != nullptr; });
}

}  // namespace pkgkiln::git
