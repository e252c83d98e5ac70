#include "tests/conformance/relay.hpp"

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

UniqueFd connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw_errno("too long for a socket: '" + path + "'");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw_errno("cannot connect to '" + path + "'");
  return fd;
}

}  // namespace

Relay::Relay(std::string target)
    : target_(std::move(target)),
      server_({[this](scripted::Connection& client) { forward(client); }}) {}

void Relay::forward(scripted::Connection& client) const {
  const auto fd = connect_to(target_);
  scripted::Connection engine(fd.get());
  std::array<char, 65536> buffer{};
  for (;;) {
    std::array<pollfd, 2> waited{pollfd{client.fd(), POLLIN, 0}, pollfd{engine.fd(), POLLIN, 0}};
    if (::poll(waited.data(), waited.size(), -1) < 0) continue;
    for (const auto& [ready_fd, events, ready] : waited) {
      if (ready == 0) continue;
      const auto size = ::read(ready_fd, buffer.data(), buffer.size());
      auto& other = ready_fd == client.fd() ? engine : client;
      if (size <= 0 || !other.send({buffer.data(), static_cast<std::size_t>(size)})) return;
    }
  }
}

}  // namespace conformance
