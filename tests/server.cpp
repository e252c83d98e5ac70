#include "tests/server.hpp"

#include <algorithm>
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

constexpr const char* kClose = "Connection: close\r\n";

/// Waits for something to read; false at the end of patience.
bool readable(int fd, int milliseconds) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, milliseconds) > 0;
}

}  // namespace

std::string Request::target() const {
  const auto begin = head.find(' ') + 1;
  return head.substr(begin, head.find(' ', begin) - begin);
}

std::string Request::header(const std::string& name) const {
  const auto begin = head.find("\r\n" + name + ": ");
  if (begin == std::string::npos) return {};
  const auto value = begin + name.size() + 4;
  return head.substr(value, head.find("\r\n", value) - value);
}

bool Connection::read_more() {
  std::array<char, 65536> buffer{};
  if (!readable(fd_, 10'000)) return false;
  const auto size = ::read(fd_, buffer.data(), buffer.size());
  if (size <= 0) return false;
  pending_.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

std::string Connection::read_head() {
  auto end = pending_.find("\r\n\r\n");
  for (; end == std::string::npos; end = pending_.find("\r\n\r\n"))
    if (!read_more()) return "";
  return read_body(end + 4);
}

std::string Connection::read_body(std::size_t size) {
  while (pending_.size() < size && read_more()) {
  }
  const auto body = pending_.substr(0, size);
  pending_.erase(0, size);
  return body;
}

std::optional<Request> Connection::read_request() {
  Request request{read_head(), {}};
  if (request.head.empty()) return std::nullopt;
  if (const auto length = request.header("Content-Length"); !length.empty())
    request.body = read_body(std::stoul(length));
  return request;
}

bool Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

void Connection::hold(int milliseconds) {
  std::array<char, 1> byte{};
  if (readable(fd_, milliseconds)) static_cast<void>(::recv(fd_, byte.data(), 1, MSG_PEEK));
}

Server::Server(std::vector<Script> scripts, On on) : scripts_(std::move(scripts)) {
  listen_on(on);
  acceptor_ = std::thread([this] { accept_all(); });
}

void Server::listen_on(On on) {
  sockaddr_in port{};
  port.sin_family = AF_INET;
  port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_un file{};
  file.sun_family = AF_UNIX;
  const auto path = socket();
  std::memcpy(file.sun_path, path.data(), std::min(path.size(), sizeof file.sun_path - 1));
  auto* const address =
      on == On::port ? reinterpret_cast<sockaddr*>(&port) : reinterpret_cast<sockaddr*>(&file);
  socklen_t size = on == On::port ? sizeof port : sizeof file;
  listener_ = UniqueFd(::socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::bind(listener_.get(), address, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
      ::getsockname(listener_.get(), address, &size) != 0)
    throw_errno("cannot listen on a port or on '" + path + "'");
  port_ = ntohs(port.sin_port);
}

void Server::cut() {
  const std::lock_guard lock(mutex_);
  for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
}

void Server::stop() {
  ::shutdown(listener_.get(), SHUT_RDWR);  // accept() fails from now on
  if (acceptor_.joinable()) acceptor_.join();
  cut();
  for (auto& player : players_) player.join();
  players_.clear();
  listener_.reset();
}

void Server::accept_all() {
  for (;;) {
    const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;
    }
    const auto index = std::min(static_cast<std::size_t>(connections_++), scripts_.size() - 1);
    const std::lock_guard lock(mutex_);
    open_.insert(fd);
    players_.emplace_back([this, fd, index] { play(fd, scripts_[index]); });
  }
}

void Server::play(int fd, const Script& script) {
  const UniqueFd owner(fd);
  try {
    Connection connection(fd);
    script(connection);
  } catch (const std::exception&) {
    // The other side sees the end of its connection.
  }
  const std::lock_guard lock(mutex_);
  open_.erase(fd);
}

Script answering(std::function<std::string(const Request&)> answer) {
  return [answer = std::move(answer)](Connection& connection) {
    while (const auto request = connection.read_request()) {
      const auto bytes = answer(*request);
      if (!connection.send(bytes) || bytes.empty() || bytes.find(kClose) != std::string::npos)
        return;
    }
  };
}

Script answering(std::string bytes) {
  return answering([bytes = std::move(bytes)](const Request&) { return bytes; });
}

std::string answer(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

std::string closing(int status, const std::string& body, const std::string& headers) {
  return answer(status, body, headers + kClose);
}

}  // namespace scripted
