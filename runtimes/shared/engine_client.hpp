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

/// What tells one engine's API from another's when requests fail.
struct Dialect {
  std::string engine;  // "docker"
  std::string prefix;  // of every path: "/v1.41"
  std::string ping;    // below it, what is answered at once by an engine that works
  /// What an answer of this status with these words means; pure.
  RuntimeError::Kind (*classify)(int status, std::string_view words);
  std::string version = {};  // of the API that the engine speaks itself, maybe a newer one
};

/// Asks one engine and turns what goes wrong into RuntimeErrors that name the request, the
/// engine's own words, its socket and what to do. `doing` is the headline of such an error:
/// "cannot start the container 'x'". Thread-safe.
///
/// An engine that was silent for as long as a request may wait is asked once more, shortly, for
/// nothing but an answer. If it gives none it has hung: everything that it was or is asked for then
/// fails as `lost` at once.
class EngineClient {
 public:
  /// How long it may be silent while a command or a pull goes on, and how long a last question
  /// waits.
  struct Patience {
    std::chrono::milliseconds silence{60'000};
    std::chrono::milliseconds ping{15'000};
  };

  EngineClient(std::unique_ptr<net::Client> client, Dialect dialect, Patience patience);
  EngineClient(std::unique_ptr<net::Client> client, Dialect dialect)
      : EngineClient(std::move(client), std::move(dialect), Patience()) {}

  /// The answer of any status.
  net::Response ask(const std::string& doing, const net::Request& request,
                    const Cancellation& cancel = Cancellation::never()) const;
  /// The answer if its status is 2xx or 304 (nothing to do).
  net::Response require(const std::string& doing, const net::Request& request,
                        const Cancellation& cancel = Cancellation::never()) const;
  /// As `require`; the body goes to `body` as it comes.
  void stream(const std::string& doing, const net::Request& request, const Sink& body,
              const Cancellation& cancel) const;
  /// As `stream`, for what may be silent for as long as the engine is there.
  void stream_in_silence(const std::string& doing, net::Request request, const Sink& body,
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
                          const Cancellation& cancel, Exchange exchange) const;

  RuntimeError broken_exchange(const std::string& doing, const net::Request& request,
                               const net::TransportError& failure) const;
  /// Throws what it finds if the engine has hung.
  void ask_whether_it_lives(const std::string& doing, const Cancellation& cancel) const;
  RuntimeError hung(const std::string& doing) const;

  std::unique_ptr<net::Client> client_;
  Dialect dialect_;
  Patience patience_;
  mutable std::atomic<bool> has_hung_{false};
};

/// An answer's meaning where its status alone doesn't tell. Status 0 stands for any.
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

/// What a person can do when no connection comes about.
std::string connection_advice(std::string_view engine, std::string_view socket,
                              std::string_view cause);

/// Asks for something that may be done already: an answer of one of the kinds in `done` is as
/// good as success.
void request_unless(const EngineClient& client, const std::string& doing,
                    const net::Request& request, std::initializer_list<RuntimeError::Kind> done);

/// Deletes a container until it is gone, also when somebody else is at it already.
void remove_until_gone(const EngineClient& client, const std::string& doing,
                       const net::Request& request);

/// The first question to a socket that may be anything: a short time, a small answer, and an
/// answer that isn't HTTP is RuntimeError `not_engine`.
net::Response probe(const EngineClient& client, const std::string& doing,
                    const std::string& target);

/// The error for an answer that no engine of this kind gives.
RuntimeError not_engine(const EngineClient& client, const std::string& doing,
                        const net::Response& response);

}  // namespace pkgkiln::runtimes
