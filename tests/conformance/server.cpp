#include "tests/conformance/server.hpp"

#include <array>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace conformance {

using pkgkiln::throw_errno;
using pkgkiln::UniqueFd;

namespace {

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw_errno("too long for a socket: '" + path + "'");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

UniqueFd listen_on(const std::string& path) {
  const auto address = unix_address(path);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::bind(fd.get(), generic(address), sizeof address) != 0 || ::listen(fd.get(), 64) != 0)
    throw_errno("cannot listen on '" + path + "'");
  return fd;
}

UniqueFd connect_to(const std::string& path) {
  const auto address = unix_address(path);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), generic(address), sizeof address) != 0)
    throw_errno("cannot connect to '" + path + "'");
  return fd;
}

bool readable(int fd, int milliseconds) {
  pollfd waited{fd, POLLIN, 0};
  return ::poll(&waited, 1, milliseconds) > 0;
}

}  // namespace

Server::Server(const std::filesystem::path& socket, Serve serve)
    : serve_(std::move(serve)),
      listening_(listen_on(socket.string())),
      acceptor_([this] { accept_all(); }) {}

void Server::cut() {
  const std::lock_guard lock(mutex_);
  for (const int connection : open_) ::shutdown(connection, SHUT_RDWR);
}

void Server::stop() {
  stopping_ = true;
  if (acceptor_.joinable()) acceptor_.join();
  cut();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  listening_.reset();
}

void Server::accept_all() {
  while (!stopping_) {
    if (!readable(listening_.get(), 50)) continue;
    const int connection = ::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    const std::lock_guard lock(mutex_);
    open_.insert(connection);
    threads_.emplace_back([this, connection] { run(connection); });
  }
}

void Server::run(int connection) {
  const UniqueFd owner(connection);
  try {
    serve_(connection);
  } catch (const std::exception&) {
    // The other side sees the end of its connection.
  }
  const std::lock_guard lock(mutex_);
  open_.erase(connection);
}

Relay::Relay(std::string target)
    : target_(std::move(target)),
      server_(dir_.path() / "relay.sock", [this](int client) { forward(client); }) {}

void Relay::forward(int client) const {
  const auto engine = connect_to(target_);
  std::array<char, 65536> buffer{};
  for (;;) {
    std::array<pollfd, 2> waited{pollfd{client, POLLIN, 0}, pollfd{engine.get(), POLLIN, 0}};
    if (::poll(waited.data(), waited.size(), -1) < 0) continue;
    for (const auto& [fd, events, ready] : waited) {
      if (ready == 0) continue;
      const auto size = ::read(fd, buffer.data(), buffer.size());
      const int other = fd == client ? engine.get() : client;
      if (size <= 0 || !send_all(other, {buffer.data(), static_cast<std::size_t>(size)})) return;
    }
  }
}

bool read_request(int connection, std::string& request) {
  request.clear();
  char byte = 0;
  while (!request.ends_with("\r\n\r\n")) {
    if (::read(connection, &byte, 1) != 1) return false;
    request += byte;
  }
  return true;
}

bool send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace conformance
