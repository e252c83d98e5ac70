#include "core/git/remote.hpp"

#include <chrono>

#include "core/base/secret.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

/// A credential helper (gitcredentials(7)) that answers from its environment. A constant: nothing
/// is pasted into it.
constexpr const char* kHelper =
    "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' "
    "\"$PKGKILN_GIT_USER\" \"$PKGKILN_GIT_PASSWORD\"; }; f";

}  // namespace

Remote::Remote(const std::string& url, Config config) : url_(url), config_(std::move(config)) {
  const auto parsed = parse_remote_url(url);
  location_ = parsed.location;
  if (parsed.origin.empty()) return;
  const std::string section = "credential." + parsed.origin + ".";
  if (parsed.password.empty()) {
    config_.emplace_back(section + "username", parsed.user);
    return;
  }
  config_.emplace_back(section + "helper", "");  // forgets the helpers named so far
  config_.emplace_back(section + "helper", kHelper);
  env_ = {{"PKGKILN_GIT_USER", parsed.user}, {"PKGKILN_GIT_PASSWORD", parsed.password}};
}

Remote Remote::of_stranger(const std::string& url, const Config& config) {
  Remote remote(url, proxy_config(config));
  remote.of_stranger_ = true;
  remote.config_.emplace_back("http.followRedirects", "false");
  return remote;
}

Result Remote::run(Command command, const Sink& output, const Cancellation& cancel,
                   std::chrono::seconds bound) const {
  command.config.insert(command.config.begin(), config_.begin(), config_.end());
  command.env.insert(env_.begin(), env_.end());
  command.for_stranger = of_stranger_;
  const auto bounded = cancel.with_deadline(Cancellation::Clock::now() + bound);
  try {
    return git::run(command, output, bounded);
  } catch (const Cancelled&) {
    if (cancel.requested()) throw;
    throw Error("cannot use '" + displayable_url(url_) + "'")
        .because("it did not answer within " + std::to_string(bound.count()) + " s")
        .advise("check that the host is up, and the network");
  }
}

}  // namespace pkgkiln::git
