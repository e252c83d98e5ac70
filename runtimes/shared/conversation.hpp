#pragma once

#include <functional>
#include <string>

#include "core/base/cancellation.hpp"
#include "core/base/file.hpp"
#include "core/net/http.hpp"
#include "core/runtime/container_runtime.hpp"
#include "runtimes/shared/engine_client.hpp"

namespace pkgkiln::runtimes {

/// A connection to an engine's socket that a request turns into the two raw streams of a command:
/// what is sent is its input, what comes is its output ("Upgrade: tcp" of the Docker engine API,
/// which libpod serves too). One thread.
class Conversation {
 public:
  /// Sends the request. Throws the RuntimeError of a refusal.
  Conversation(const EngineClient& client, std::string doing, const net::Request& request,
               const Cancellation& cancel);

  /// Tells of a size of the terminal; false: it is not known yet, so tell it again.
  using Resize = std::function<bool(Terminal::Size)>;
  /// Passes on what is typed and what is printed, until the output ends. `output` gets the raw
  /// stream.
  void run(Terminal& terminal, const Sink& output, const Resize& resize,
           const Cancellation& cancel);

 private:
  RuntimeError broken(const std::string& why) const;
  void connect();
  void send_all(const std::string& bytes, const Cancellation& cancel);
  /// At most 16 KiB, as they come; none at the end.
  std::string receive(const Cancellation& cancel);
  /// Leaves what is behind the head in received_.
  net::Response read_head(const Cancellation& cancel);
  void take_input(Terminal& terminal, bool is_at_terminal);
  void send_some();

  const EngineClient& client_;
  std::string doing_;
  UniqueFd socket_;
  std::string received_, unsent_;
  bool has_input_ = true, is_shut_ = false, ends_input_ = false;
};

}  // namespace pkgkiln::runtimes
