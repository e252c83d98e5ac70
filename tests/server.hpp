#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "core/base/file.hpp"

namespace scripted {

struct Request {
  std::string head;  // to the empty line
  std::string body;  // as long as the head says

  std::string method() const { return head.substr(0, head.find(' ')); }
  /// With the query; path() is without.
  std::string target() const;
  std::string path() const { return target().substr(0, target().find('?')); }
  /// The value of a header, spelled as in the request; "" without one.
  std::string header(const std::string& name) const;
};

/// One accepted connection, to be played as a test wants it.
class Connection {
 public:
  explicit Connection(int fd) : fd_(fd) {}

  /// For a script that moves the bytes itself.
  int fd() const { return fd_; }
  /// Reads a request's head, to the empty line; "" at the end of the stream.
  std::string read_head();
  /// Reads until so many bytes of body have come (some may have come with the head).
  std::string read_body(std::size_t size);
  std::optional<Request> read_request();
  /// False when the peer is gone.
  bool send(std::string_view bytes);
  /// Sleeps until the peer goes away or the time is over.
  void hold(int milliseconds);

 private:
  bool read_more();

  int fd_;
  std::string pending_;
};

using Script = std::function<void(Connection&)>;

/// Listens on a Unix socket of its own, or on a free port of this host, and plays one script per
/// connection, each on a thread of its own; the last script for all connections that follow.
class Server {
 public:
  enum class On { unix_socket, port };
  explicit Server(std::vector<Script> scripts, On on = On::unix_socket);
  ~Server() { stop(); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string socket() const { return directory_.path() / "server.sock"; }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url(const std::string& path = {}) const { return "http://" + host() + path; }
  int connections() const { return connections_; }

  /// Breaks all connections off. New ones are still served.
  void cut();
  /// Breaks all connections off and takes no new ones; the file of the socket stays.
  void stop();

 private:
  void listen_on(On on);
  void accept_all();
  void play(int fd, const Script& script);

  pkgkiln::TempDir directory_;
  std::vector<Script> scripts_;
  pkgkiln::UniqueFd listener_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::set<int> open_;
  std::vector<std::thread> players_;
  std::thread acceptor_;
};

/// Answers every request of a connection, until an answer is empty or says "Connection: close".
Script answering(std::function<std::string(const Request&)> answer);
Script answering(std::string bytes);

/// An HTTP answer with a Content-Length.
std::string answer(int status, const std::string& body, const std::string& headers = "");
/// One that is the last on its connection.
std::string closing(int status, const std::string& body, const std::string& headers = "");

}  // namespace scripted
