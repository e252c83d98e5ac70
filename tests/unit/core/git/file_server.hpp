#pragma once

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

#include "core/base/file.hpp"

namespace pkgkiln::test {

/// A plain web server on a port of its own that gives the files below a directory, one request a
/// connection. With `authorization` it wants that header's value, and answers 401 without it.
class FileServer {
 public:
  explicit FileServer(std::filesystem::path root, std::string authorization = {})
      : root_(std::move(root)), authorization_(std::move(authorization)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), any, size) != 0 || ::listen(listener_.get(), 16) != 0 ||
        ::getsockname(listener_.get(), any, &size) != 0)
      throw std::runtime_error("cannot listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;
  ~FileServer() {
    stop_ = true;
    thread_.join();
  }

  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url(const std::string& path) const { return "http://" + host() + path; }
  /// Answers requests for `path` with a redirect.
  void redirect(const std::string& path, const std::string& to) {
    const std::lock_guard lock(mutex_);
    redirected_ = path;
    location_ = to;
  }

 private:
  void serve() {
    while (!stop_) {
      pollfd waited{listener_.get(), POLLIN, 0};
      if (::poll(&waited, 1, 50) <= 0) continue;
      const UniqueFd peer(::accept(listener_.get(), nullptr, nullptr));
      const auto reply = answer(request_of(peer.get()));
      for (std::size_t sent = 0; sent < reply.size();) {
        const auto size =
            ::send(peer.get(), reply.data() + sent, reply.size() - sent, MSG_NOSIGNAL);
        if (size <= 0) break;
        sent += static_cast<std::size_t>(size);
      }
    }
  }

  static std::string request_of(int fd) {
    std::string request;
    std::array<char, 4096> buffer{};
    while (request.find("\r\n\r\n") == std::string::npos) {
      const auto size = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (size <= 0) break;
      request.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return request;
  }

  static std::string reply(const std::string& status, const std::string& headers,
                           const std::string& body) {
    return "HTTP/1.1 " + status +
           "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           headers + "\r\n" + body;
  }

  std::string answer(const std::string& request) {
    const std::lock_guard lock(mutex_);
    const auto begin = request.find(' ') + 1;
    const auto path = request.substr(begin, request.find_first_of(" ?", begin) - begin);
    if (path == redirected_) return reply("302 Found", "Location: " + location_ + "\r\n", "");
    if (!authorization_.empty() &&
        request.find("Authorization: " + authorization_ + "\r\n") == std::string::npos)
      return reply("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", "who are you");
    const auto file = root_ / path.substr(1);
    if (!std::filesystem::is_regular_file(file)) return reply("404 Not Found", "", "nothing");
    return reply("200 OK", "", read_file(file));
  }

  std::filesystem::path root_;
  std::string authorization_, redirected_, location_;
  UniqueFd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  int port_ = 0;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::thread thread_;
};

}  // namespace pkgkiln::test
