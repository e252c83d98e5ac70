#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/base/file.hpp"

namespace scripted {

/// One accepted connection, to be played as a test wants it.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}

  /// Reads a request's head, to the empty line; "" at the end of the stream.
  std::string read_head();
  /// Reads until so many bytes of body have come (some may have come with the head).
  std::string read_body(std::size_t size);
  void send(const std::string& bytes);
  /// Sleeps until the peer goes away or the time is over.
  void hold(int milliseconds);

 private:
  int fd_;
  std::string pending_;
};

using Script = std::function<void(Connection&)>;

/// Listens on a Unix socket of its own and plays one script per connection, the last for all that
/// follow.
class Server {
 public:
  explicit Server(std::vector<Script> scripts);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string socket() const { return directory_.path() / "server.sock"; }
  int connections() const { return connections_; }
  /// Everything that read_head gave, in order.
  std::vector<std::string> heads() const;
  void note(const std::string& head);

 private:
  void serve();

  pkgkiln::TempDir directory_;
  std::vector<Script> scripts_;
  pkgkiln::UniqueFd listener_;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> stopping_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> heads_;
  std::thread thread_;
};

/// Answers every request of a connection with these bytes.
Script answering(std::string bytes);

/// An HTTP answer with a Content-Length.
std::string answer(int status, const std::string& body, const std::string& headers = "");

}  // namespace scripted
