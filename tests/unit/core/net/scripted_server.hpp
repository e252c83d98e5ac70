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

/// Listens on a Unix socket of its own, or on a free port of this host, and plays one script per
/// connection, the last for all that follow.
class Server {
 public:
  enum class On { unix_socket, port };
  explicit Server(std::vector<Script> scripts, On on = On::unix_socket);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string socket() const { return directory_.path() / "server.sock"; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }
  /// Everything that read_head gave, in order.
  std::vector<std::string> heads() const;
  void note(const std::string& head);

 private:
  void listen_on_socket();
  void listen_on_port();
  void serve();

  pkgkiln::TempDir directory_;
  std::vector<Script> scripts_;
  pkgkiln::UniqueFd listener_;
  int port_ = 0;
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
