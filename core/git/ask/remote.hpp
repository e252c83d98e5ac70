#pragma once

#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/git/program.hpp"

namespace pkgkiln::git {

/// Why a remote could not be used, read from git's error output (in the C locale).
enum class RemoteFailure {
  proxy,
  certificate,
  host_key,
  not_resolved,
  not_reached,
  foreign_owner,
  no_access,
  busy,
  too_large,
  no_branch,
  not_found,
  unknown,
};

RemoteFailure classify(const std::string& error_output);

/// What to tell the user: "cannot <action> '<url>'", the failure in plain words, what git said
/// last, and what to do.
Error remote_error(const std::string& action, const std::string& url,
                   const std::string& error_output);
/// The same of a failure that is known, with what is known of it besides.
Error remote_error(const std::string& action, const std::string& url, RemoteFailure failure,
                   const std::string& details);

/// Calls of git that talk to a remote, with the user's transport configuration and what the URL
/// says of credentials. Those go through the environment, since command lines can be read by
/// everybody.
class Remote {
 public:
  /// `config` is that of user_transport_config(). Throws Error when the URL isn't one that may be
  /// asked.
  Remote(const std::string& url, Config config);
  /// A remote that somebody else's file names: the calls get nobody's credentials, of `config`
  /// only the proxies, and are never led to another URL.
  static Remote untrusted(const std::string& url, const Config& config);

  /// For the command line.
  const std::string& location() const { return location_; }

  /// Runs the command. Gives up after `bound` with an Error; throws Cancelled when `cancel` asks.
  Result run(Command command, const Sink& output, const Cancellation& cancel,
             std::chrono::seconds bound) const;

 private:
  std::string url_, location_;
  Config config_;
  std::map<std::string, std::string> env_;
  bool untrusted_ = false;
};

}  // namespace pkgkiln::git
