#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/base/stream.hpp"

/// A small HTTP/1.1 client over TCP and Unix sockets, for engines and servers. Only
/// core/net/curl_transport.cpp knows libcurl.
namespace pkgkiln::net {

/// Where requests go: an http(s) origin, or one behind a Unix socket.
struct Endpoint {
  std::string origin;       // "https://example.com", no trailing slash; may carry a base path
  std::string unix_socket;  // path; empty for TCP

  static Endpoint unix_domain(std::string path) { return {"http://localhost", std::move(path)}; }
  /// For messages, without credentials: "unix:///run/podman.sock" or the origin.
  std::string display() const;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method = "GET";
  std::string target = "/";  // path and query, escaped: see escape() and query()
  Headers headers;
  /// The body: `text`, or else `stream`. Without `length` a stream goes out chunked.
  std::string text;
  Source stream;
  std::optional<std::uint64_t> length;
  std::chrono::milliseconds connect_timeout{10'000};
  /// Longest silence while the body of the answer (or of the request) moves; 0: no bound.
  std::chrono::milliseconds idle_timeout{60'000};
  /// Called after each such silence instead of giving up; what it throws comes out of the request.
  std::function<void()> on_silence;
  bool follow_redirects = false;
  /// A POST that changes nothing, so that it may go out on a kept connection, and a second time
  /// when that turns out to be closed.
  bool repeatable = false;
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;  // empty when it was streamed

  /// First header of that name, in any case; empty when there is none.
  std::string_view header(std::string_view name) const;
  bool ok() const { return status >= 200 && status < 300; }
};

/// The exchange could not be completed. `sent` tells whether any byte may have reached the peer,
/// so whether a request that creates something can be repeated.
class TransportError : public ErrorKind<TransportError> {
 public:
  enum class Kind { connect, resolve, tls, timeout, broken, too_large };
  TransportError(Kind kind, bool sent, std::string what_failed)
      : ErrorKind(std::move(what_failed)), kind_(kind), sent_(sent) {}
  Kind kind() const { return kind_; }
  bool sent() const { return sent_; }

 private:
  Kind kind_;
  bool sent_;
};

/// Percent-encodes one path segment or query value: all but unreserved characters.
std::string escape(std::string_view segment);
/// "?a=b&c=d", escaped; empty for no pairs.
std::string query(const std::vector<std::pair<std::string, std::string>>& pairs);

/// Keeps connections open between requests. Thread-safe: concurrent requests use connections of
/// their own. An answer of any status is a Response, never an exception.
class Client {
 public:
  explicit Client(Endpoint endpoint);
  virtual ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The whole answer; TransportError `too_large` when its body exceeds `limit` bytes.
  Response send(const Request& request, const Cancellation& cancel = Cancellation::never(),
                std::uint64_t limit = 64U << 20U);

  /// Streams the body of a 2xx answer to `body` as it comes; any other status gives its
  /// (bounded) body in the Response. What `body` or the request's stream throws comes out of here.
  virtual Response stream(const Request& request, const Sink& body, const Cancellation& cancel);

  /// Closes the connections that no request uses now.
  void close_idle();

  const Endpoint& endpoint() const { return endpoint_; }

 private:
  struct Pool;
  Endpoint endpoint_;
  std::unique_ptr<Pool> pool_;
};

}  // namespace pkgkiln::net
