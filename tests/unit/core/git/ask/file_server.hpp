#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "core/base/file.hpp"
#include "tests/server.hpp"

namespace pkgkiln::test {

/// A plain web server that gives the files below a directory, one request a connection. With
/// `authorization` it wants that header's value, and answers 401 without it.
class FileServer {
 public:
  explicit FileServer(std::filesystem::path root, std::string authorization = {})
      : root_(std::move(root)), authorization_(std::move(authorization)) {}

  std::string host() const { return server_.host(); }
  std::string url(const std::string& path) const { return server_.url(path); }
  /// Answers requests for `path` with a redirect.
  void redirect(const std::string& path, const std::string& to) {
    const std::lock_guard lock(mutex_);
    redirected_ = path;
    location_ = to;
  }

 private:
  std::string answer(const scripted::Request& request) {
    const std::lock_guard lock(mutex_);
    const auto path = request.path();
    if (path == redirected_) return scripted::closing(302, "", "Location: " + location_ + "\r\n");
    if (!authorization_.empty() && request.header("Authorization") != authorization_)
      return scripted::closing(401, "who are you", "WWW-Authenticate: Basic realm=\"x\"\r\n");
    const auto file = root_ / path.substr(1);
    if (!std::filesystem::is_regular_file(file)) return scripted::closing(404, "nothing");
    return scripted::closing(200, read_file(file));
  }

  std::filesystem::path root_;
  std::string authorization_, redirected_, location_;
  std::mutex mutex_;
  scripted::Server server_{
      {scripted::answering([this](const scripted::Request& request) { return answer(request); })},
      scripted::Server::On::port};
};

}  // namespace pkgkiln::test
