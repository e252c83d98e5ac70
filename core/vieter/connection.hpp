#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/cancellation.hpp"
#include "core/net/http.hpp"
#include "core/net/retry.hpp"
#include "core/vieter/server.hpp"

namespace pkgkiln::vieter {

/// How the classes of this folder speak to a server. Thread-safe.
class Server::Connection {
 public:
  Connection(ServerSettings settings, Cancellation cancel);

  const ServerSettings& settings() const { return settings_; }
  const Cancellation& cancel() const { return cancel_; }
  Version version();
  std::string version_text();

  /// A request with the key.
  net::Request with_key(std::string method, std::string target) const;
  /// For messages.
  std::string url_of(const std::string& target) const;

  /// One exchange, no more: any status is an answer.
  net::Response send(const net::Request& request);
  /// The same until the answer isn't one of those that may be others later (5xx, 408, 429), as
  /// long as the patience lasts. For requests that may be repeated.
  net::Response insist(const net::Request& request);
  /// Repeats `attempt` in the same way; see net::retry.
  void repeat(const std::function<void()>& attempt);
  net::Client& client() { return client_; }
  /// To be held while packages are published: a server writes its databases anew for each, and
  /// nothing says that two at once come out well.
  std::mutex& publishing() { return publishing_; }

  /// Throws TryLater for a status that may be another one later.
  void expect_final(const net::Request& request, const net::Response& response) const;
  /// The answer was not what it should be: with its status, its text, and what to do.
  Error unexpected(const net::Request& request, const net::Response& response) const;

 private:
  struct Detected {
    Version version;
    std::string text;
  };
  const Detected& detected();
  Detected detect();
  Detected tell_apart();

  ServerSettings settings_;
  Cancellation cancel_;
  net::Client client_;
  std::atomic<bool> gave_up_{false};
  std::mutex publishing_;
  std::mutex detection_;
  std::optional<Detected> detected_;
  std::optional<Error> undetected_;
};

}  // namespace pkgkiln::vieter
