#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/cancellation.hpp"
#include "core/net/http.hpp"
#include "core/runtime/errors.hpp"

namespace pkgkiln::runtimes {

/// What tells one engine's API from another's when requests fail.
struct Dialect {
  std::string engine;  // "docker"
  std::string prefix;  // of every path: "/v1.41"
  /// What an answer of this status with these words means; pure.
  RuntimeError::Kind (*classify)(int status, std::string_view words);
  std::string version = {};  // of the API that the engine speaks itself, maybe a newer one
};

/// Asks one engine and turns what goes wrong into RuntimeErrors that name the request, the
/// engine's own words, its socket and what to do. `doing` is the headline of such an error:
/// "cannot start the container 'x'". Thread-safe.
class EngineClient {
 public:
  EngineClient(std::unique_ptr<net::Client> client, Dialect dialect);

  /// The answer of any status.
  net::Response ask(const std::string& doing, const net::Request& request,
                    const Cancellation& cancel = Cancellation::never()) const;
  /// The answer if its status is 2xx or 304 (nothing to do).
  net::Response require(const std::string& doing, const net::Request& request,
                        const Cancellation& cancel = Cancellation::never()) const;
  /// As `require`; the body goes to `body` as it comes.
  void stream(const std::string& doing, const net::Request& request, const Sink& body,
              const Cancellation& cancel) const;

  RuntimeError::Kind kind_of(const net::Response& response) const;
  /// For an answer that isn't the one hoped for.
  RuntimeError refusal(const std::string& doing, const net::Request& request,
                       const net::Response& response) const;
  /// For what no status line tells.
  RuntimeError error(RuntimeError::Kind kind, const std::string& doing,
                     const std::string& why) const;

  const Dialect& dialect() const { return dialect_; }
  std::string socket() const { return client_->endpoint().display(); }

 private:
  template <typename Exchange>
  net::Response translate(const std::string& doing, const net::Request& request,
                          Exchange exchange) const;

  RuntimeError broken_exchange(const std::string& doing, const net::Request& request,
                               const net::TransportError& failure) const;

  std::unique_ptr<net::Client> client_;
  Dialect dialect_;
};

/// The engine's words in the body of a refusal: its "message", or else the text itself; one line
/// without control characters, bounded.
std::string words_of(std::string_view body);

/// Text of an engine made fit for a terminal and a log line, bounded.
std::string one_line(std::string_view text);

/// `a/b` as path segments, escaped one by one.
std::string escape_path(std::string_view path);

/// What a failed exchange means: no connection, or gone in the middle.
RuntimeError::Kind kind_of(const net::TransportError& error);

/// What a person can do when no connection comes about.
std::string connection_advice(std::string_view engine, std::string_view socket,
                              std::string_view cause);

}  // namespace pkgkiln::runtimes
