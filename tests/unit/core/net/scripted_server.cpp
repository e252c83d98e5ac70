#include "tests/unit/core/net/scripted_server.hpp"

#include <array>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace scripted {

using namespace pkgkiln;

namespace {

/// Waits for something to read; false at the end of patience.
bool readable(int fd, int milliseconds) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, milliseconds) > 0;
}

bool read_more(int fd, std::string& pending) {
  std::array<char, 65536> buffer{};
  if (!readable(fd, 10'000)) return false;
  const auto size = ::read(fd, buffer.data(), buffer.size());
  if (size <= 0) return false;
  pending.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

}  // namespace

std::string Connection::read_head() {
  for (;;) {
    const auto end = pending_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto head = pending_.substr(0, end + 4);
      pending_.erase(0, end + 4);
      return head;
    }
    if (!read_more(fd_, pending_)) return "";
  }
}

std::string Connection::read_body(std::size_t size) {
  while (pending_.size() < size && read_more(fd_, pending_)) {
  }
  const auto body = pending_.substr(0, size);
  pending_.erase(0, size);
  return body;
}

void Connection::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto size = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

void Connection::hold(int milliseconds) {
  std::array<char, 1> byte{};
  if (readable(fd_, milliseconds)) static_cast<void>(::recv(fd_, byte.data(), 1, MSG_PEEK));
}

Server::Server(std::vector<Script> scripts, On on) : scripts_(std::move(scripts)) {
  if (on == On::port)
    listen_on_port();
  else
    listen_on_socket();
  thread_ = std::thread([this] { serve(); });
}

void Server::listen_on_socket() {
  listener_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = socket();
  std::memcpy(address.sun_path, path.data(), path.size());
  if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_.get(), 16) != 0)
    throw_errno("cannot listen on '" + path + "'");
}

void Server::listen_on_port() {
  listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_.get(), any, size) != 0 || ::listen(listener_.get(), 16) != 0 ||
      ::getsockname(listener_.get(), any, &size) != 0)
    throw_errno("cannot listen on a port");
  port_ = ntohs(address.sin_port);
}

Server::~Server() {
  stopping_ = true;
  thread_.join();
}

std::vector<std::string> Server::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

void Server::note(const std::string& head) {
  const std::lock_guard lock(mutex_);
  heads_.push_back(head);
}

void Server::serve() {
  std::vector<std::thread> players;
  while (!stopping_) {
    if (!readable(listener_.get(), 20)) continue;
    const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const auto index =
        std::min<std::size_t>(static_cast<std::size_t>(connections_++), scripts_.size() - 1);
    players.emplace_back([this, index, owned = UniqueFd(fd)] {
      Connection connection(owned.get());
      scripts_[index](connection);
    });
  }
  for (auto& player : players) player.join();
}

Script answering(std::string bytes) {
  return [bytes = std::move(bytes)](Connection& connection) {
    while (!connection.read_head().empty()) connection.send(bytes);
  };
}

std::string answer(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

}  // namespace scripted
