#include "core/git/ask/remote.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/secret.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

/// A credential helper (gitcredentials(7)) that answers from its environment. A constant: nothing
/// is pasted into it.
constexpr const char* kHelper =
    "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' "
    "\"$PKGKILN_GIT_USER\" \"$PKGKILN_GIT_PASSWORD\"; }; f";

struct Explanation {
  RemoteFailure failure;
  std::vector<std::string_view> signs;  // any of them in git's output
  const char* why;
  const char* advice;
};

/// In the order of trust: what is certain when it is said comes first, since a failure of the
/// transport is often followed by a guess that the repository doesn't exist.
const std::vector<Explanation>& explanations() {
  static const std::vector<Explanation> table = {
      {RemoteFailure::too_large,
       {"attempting to allocate", "Out of memory", "out of memory", "File too large",
        "died of signal 9", "died of signal 24", "died of signal 25"},
       "what it holds takes more memory, disk or time than is given to a packaging repository",
       "take large files out of it: sources belong into the PKGBUILD's source array"},
      {RemoteFailure::proxy,
       {"CONNECT tunnel failed", "from proxy after CONNECT", "Proxy CONNECT aborted",
        "returned error: 407", "Could not resolve proxy"},
       "the proxy did not let it through",
       "check http_proxy, https_proxy and no_proxy of the user that runs pkgkiln, and the proxy's "
       "user and password in them"},
      {RemoteFailure::certificate,
       {"SSL certificate problem", "certificate verification failed", "SSL: no alternative",
        "certificate subject name", "SSL peer certificate"},
       "the server's certificate is not trusted",
       "check the machine's clock and CA certificates, or set http.sslCAInfo in git's "
       "configuration"},
      {RemoteFailure::host_key,
       {"Host key verification failed"},
       "the server's ssh host key is not known",
       "connect once by hand with ssh, or add the key to ~/.ssh/known_hosts"},
      {RemoteFailure::not_resolved,
       {"Could not resolve host", "Name or service not known", "unable to look up ",
        "Temporary failure in name resolution"},
       "the host's name has no address",
       "check the spelling of the URL, and the network"},
      {RemoteFailure::not_reached,
       {"Failed to connect", "Couldn't connect", "Connection refused", "Connection timed out",
        "Connection reset", "No route to host", "Network is unreachable", "Operation timed out",
        "unable to connect", "Operation too slow", "Could not connect"},
       "the host was not reached",
       "check the network, the proxy settings and the port in the URL"},
      {RemoteFailure::foreign_owner,
       {"dubious ownership"},
       "the local repository belongs to another user",
       "if you trust it: git config --global --add safe.directory PATH; or run as its owner, or "
       "have "
       "it served over http or ssh"},
      {RemoteFailure::no_access,
       {"could not read Username", "could not read Password",
        "unable to get password from user",  // git 2.47
        "Authentication failed", "Permission denied", "returned error: 401", "returned error: 403",
        "Access denied", "access denied"},
       "the server wants credentials, or there is no such repository (some servers don't tell)",
       "check the URL; for a private repository set up a credential helper or an ssh key for the "
       "user that runs pkgkiln; behind a proxy it may be the proxy that refuses"},
      {RemoteFailure::busy,
       {"returned error: 429", "returned error: 5"},
       "the server can't answer now",
       "try again later"},
      {RemoteFailure::no_branch,
       {"couldn't find remote ref"},
       "the branch is gone",
       "check the target's branch"},
      {RemoteFailure::not_found,
       {"not found", "does not appear to be a git repository", "does not exist",
        "No such file or directory", "no such repository", "not a git repository",
        "repository not exported", "returned error: 404", "returned error: 410"},
       "there is no such repository",
       "check the URL"},
  };
  return table;
}

/// What is wrong with a place on this machine; nothing for one elsewhere.
std::optional<std::pair<std::string, const char*>> local_problem(std::string place) {
  const bool is_file_url = place.starts_with("file://");
  if (is_file_url) place.erase(0, 7);
  if (!place.starts_with('/')) return std::nullopt;
  std::error_code why;
  if (!std::filesystem::exists(place, why))
    return why ? std::pair("the folder '" + place + "' can't be looked at: " + why.message(),
                           "let the user that runs pkgkiln read it")
               : std::pair("there is no folder '" + place + "'", "check the path");
  return std::pair("the folder '" + place + "' is no Git repository",
                   is_file_url ? "for PKGBUILDs that lie in it give its path without file://"
                               : "check the path");
}

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

Remote Remote::untrusted(const std::string& url, const Config& config) {
  Remote remote(url, proxy_config(config));
  remote.untrusted_ = true;
  remote.config_.emplace_back("http.followRedirects", "false");
  return remote;
}

Result Remote::run(Command command, const Sink& output, const Cancellation& cancel,
                   std::chrono::seconds bound) const {
  command.config.insert(command.config.begin(), config_.begin(), config_.end());
  command.env.insert(env_.begin(), env_.end());
  command.untrusted = untrusted_;
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

RemoteFailure classify(const std::string& error_output) {
  for (const auto& explanation : explanations())
    for (const auto sign : explanation.signs)
      if (error_output.find(sign) != std::string::npos) return explanation.failure;
  return RemoteFailure::unknown;
}

Error remote_error(const std::string& action, const std::string& url,
                   const std::string& error_output) {
  const auto said = displayable_errors(error_output);
  return remote_error(action, url, classify(error_output), said.empty() ? "" : "git says: " + said);
}

Error remote_error(const std::string& action, const std::string& url, RemoteFailure failure,
                   const std::string& details) {
  Error error("cannot " + action + " '" + displayable_url(url) + "'");
  if (failure == RemoteFailure::not_found)
    if (const auto problem = local_problem(displayable_url(url)))
      return error.because(problem->first).advise(problem->second);
  for (const auto& explanation : explanations())
    if (explanation.failure == failure) error.because(explanation.why).advise(explanation.advice);
  if (!details.empty()) error.because(details);
  return error;
}

}  // namespace pkgkiln::git
