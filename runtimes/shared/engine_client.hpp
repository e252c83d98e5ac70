#pragma once

#include <atomic>
#include <chrono>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/cancellation.hpp"
#include "core/net/http.hpp"
#include "core/runtime/errors.hpp"
#include "core/runtime/types.hpp"

namespace pkgkiln::runtimes {

/// What differs between the engines' APIs when requests fail.
struct Dialect {
  std::string engine;  // "docker"
  std::string prefix;  // of every path: "/v1.41"
  std::string ping;    // below the prefix; an engine that works answers it at once
  /// What an answer of this status with these words means; pure.
  RuntimeError::Kind (*classify)(int status, std::string_view words);
  std::string version = {};  // of the API that the engine speaks itself, maybe a newer one
};

/// Sends requests to one engine. Its errors are RuntimeErrors that name the request, the engine's
/// own words, its socket and what to do. `doing` is the headline of such an error: "cannot start
/// the container 'x'". Thread-safe.
///
/// When a request times out, the engine is pinged once. If it does not answer that either, it has
/// hung: this and every other request then fails as `lost` at once.
class EngineClient {
 public:
  /// How long the engine may be silent while a command or a pull goes on, and how long the ping
  /// waits.
  struct Timeouts {
    std::chrono::milliseconds silence{60'000};
    std::chrono::milliseconds ping{15'000};
  };

  EngineClient(std::unique_ptr<net::Client> client, Dialect dialect, Timeouts timeouts);
  EngineClient(std::unique_ptr<net::Client> client, Dialect dialect)
      : EngineClient(std::move(client), std::move(dialect), Timeouts()) {}

  /// The answer of any status.
  net::Response ask(const std::string& doing, const net::Request& request,
                    const Cancellation& cancel = Cancellation::never()) const;
  /// The answer if its status is 2xx or 304 (nothing to do).
  net::Response require(const std::string& doing, const net::Request& request,
                        const Cancellation& cancel = Cancellation::never()) const;
  /// As `require`; the body goes to `body` as it comes.
  void stream(const std::string& doing, const net::Request& request, const Sink& body,
              const Cancellation& cancel) const;
  /// As `stream`, for requests that may be silent as long as the engine works.
  void stream_in_silence(const std::string& doing, net::Request request, const Sink& body,
                         const Cancellation& cancel) const;

  RuntimeError::Kind kind_of(const net::Response& response) const;
  /// The error for an answer with an unwanted status.
  RuntimeError refusal(const std::string& doing, const net::Request& request,
                       const net::Response& response) const;
  /// The error for what no status tells.
  RuntimeError error(RuntimeError::Kind kind, const std::string& doing,
                     const std::string& why) const;

  const Dialect& dialect() const { return dialect_; }
  std::string socket() const { return client_->endpoint().display(); }
  const std::string& socket_path() const { return client_->endpoint().unix_socket; }

 private:
  template <typename Exchange>
  net::Response translate(const std::string& doing, const net::Request& request,
                          const Cancellation& cancel, Exchange exchange) const;

  RuntimeError broken_exchange(const std::string& doing, const net::Request& request,
                               const net::TransportError& failure) const;
  /// Pings the engine; throws if it has hung.
  void ask_whether_it_lives(const std::string& doing, const Cancellation& cancel) const;
  RuntimeError hung(const std::string& doing) const;

  std::unique_ptr<net::Client> client_;
  Dialect dialect_;
  Timeouts timeouts_;
  mutable std::atomic<bool> has_hung_{false};
};

/// What an answer means where its status alone doesn't tell. Status 0 stands for any.
struct Meaning {
  int status;
  std::string_view words;  // part of the engine's text, in lower case
  RuntimeError::Kind kind;
};

/// The first entry that fits, or else what the status means in HTTP: 404 not_found, 409 conflict,
/// anything else rejected. Case doesn't count.
RuntimeError::Kind classify_by(std::span<const Meaning> table, int status, std::string_view words);

/// The engine's words in the body of a refusal: its "message", or else the text itself; one line
/// without control characters, bounded.
std::string words_of(std::string_view body);

/// Text of an engine made fit for a terminal and a log line, bounded.
std::string one_line(std::string_view text);

/// `a/b` as path segments, escaped one by one.
std::string escape_path(std::string_view path);

/// What the user can do when there is no connection.
std::string connection_advice(std::string_view engine, std::string_view socket,
                              std::string_view cause);

/// Sends a request for something that may be done already: an error of one of the kinds in `done`
/// counts as success.
void request_unless(const EngineClient& client, const std::string& doing,
                    const net::Request& request, std::initializer_list<RuntimeError::Kind> done);

/// Deletes a container, and repeats that while another removal of it is in progress.
void remove_until_gone(const EngineClient& client, const std::string& doing,
                       const net::Request& request);

/// The first request to a socket that may belong to anything, with short timeouts. An answer that
/// isn't HTTP is RuntimeError `not_engine`.
net::Response probe(const EngineClient& client, const std::string& doing,
                    const std::string& target);

/// The error for an answer that no engine of this kind gives.
RuntimeError not_engine(const EngineClient& client, const std::string& doing,
                        const net::Response& response);

}  // namespace pkgkiln::runtimes
