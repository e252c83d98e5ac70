#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/base/cancellation.hpp"
#include "core/base/secret.hpp"

/// Vieter servers of every version, as a builder uses them: https://rustybever.be/docs/vieter
/// and what real servers were seen to do. Only core/vieter knows how they are spoken to.
namespace pkgkiln::vieter {

/// In the order of their release. What a version does differently is asked with `>=`.
enum class Version { seed, v0_2, v0_3, v0_4, v0_5, v0_6 };

struct ServerSettings {
  std::string address;  // "https://vieter.example.com", no slash at the end
  Secret api_key;
  std::string container_address;  // as build containers reach it; empty: as `address`
  std::string default_arch;       // the server's, where `any` packages go; empty: unknown
  std::string machine_arch;
  std::chrono::milliseconds retry_timeout{60'000};  // how long a failing request is repeated
  /// How long a server may unpack and hash a package before it answers.
  std::chrono::milliseconds longest_silence{300'000};
  /// How long all of an answer may take that is no file.
  std::chrono::milliseconds longest_answer{300'000};
};

/// One server. Thread-safe. What fails for a reason that may pass is repeated until
/// `retry_timeout` is over; for ten times as long every other request is then tried once, until
/// one succeeds. What publishes a package has its own patience, which no question uses up.
class Server {
 public:
  explicit Server(ServerSettings settings, Cancellation cancel = Cancellation::never());
  ~Server();

  const ServerSettings& settings() const;
  /// Detected with the first call; a failure of that is remembered as well. Throws Error (with
  /// what to do): out of reach, key refused, no Vieter server.
  Version version();
  /// "0.4", and "0.5 or 0.6" where an empty server can't be told apart; for doctor.
  std::string version_text();

  class Connection;  // what the other classes here use
  Connection& connection();

 private:
  std::unique_ptr<Connection> connection_;
};

}  // namespace pkgkiln::vieter
