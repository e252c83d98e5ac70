#include "tests/unit/core/git/ask/smart_server.hpp"

#include <algorithm>
#include <utility>

#include "core/base/process.hpp"

namespace pkgkiln::test {

namespace {

/// What a CGI program writes, as an HTTP answer.
std::string from_cgi(const std::string& output) {
  const auto end = output.find("\r\n\r\n");
  auto headers = output.substr(0, end + 2);
  int status = 200;
  if (headers.starts_with("Status: ")) {
    status = std::stoi(headers.substr(8));
    headers.erase(0, headers.find("\r\n") + 2);
  }
  return scripted::answer(status, output.substr(end + 4), headers);
}

}  // namespace

SmartServer::SmartServer(std::filesystem::path root, Intercept intercept)
    : root_(std::move(root)),
      intercept_(std::move(intercept)),
      server_({scripted::answering([this](const auto& request) { return answer(request); })},
              scripted::Server::On::port) {}

std::vector<std::string> SmartServer::requests() {
  const std::lock_guard lock(mutex_);
  return std::exchange(requests_, {});
}

int SmartServer::most_at_once() const {
  const std::lock_guard lock(mutex_);
  return most_;
}

std::string SmartServer::answer(const scripted::Request& request) {
  {
    const std::lock_guard lock(mutex_);
    const bool by_program = request.header("User-Agent").find("pkgkiln") == std::string::npos;
    requests_.push_back(request.method() + " " + request.path() + (by_program ? " (git)" : ""));
    most_ = std::max(most_, ++now_);
  }
  auto own = intercept_ ? intercept_(request.head) : std::nullopt;
  auto bytes = own ? *std::move(own) : run_backend(request);
  const std::lock_guard lock(mutex_);
  --now_;
  return bytes;
}

std::string SmartServer::run_backend(const scripted::Request& request) const {
  const auto target = request.target(), path = request.path();
  const auto protocol = [&] {
    const std::lock_guard lock(mutex_);
    return protocol_.value_or(request.header("Git-Protocol"));
  }();
  ProcessSpec spec;
  spec.command = {"git", "http-backend"};
  spec.env = {{"GIT_PROJECT_ROOT", root_.string()},
              {"GIT_HTTP_EXPORT_ALL", "1"},
              {"GIT_CONFIG_GLOBAL", "/dev/null"},
              {"GIT_CONFIG_NOSYSTEM", "1"},
              {"REMOTE_ADDR", "127.0.0.1"},
              {"REQUEST_METHOD", request.method()},
              {"PATH_INFO", path},
              {"QUERY_STRING", path == target ? "" : target.substr(path.size() + 1)},
              {"CONTENT_TYPE", request.header("Content-Type")},
              {"GIT_PROTOCOL", protocol}};
  spec.input = request.body;
  std::string output;
  run_process(
      spec, [&](std::string_view bytes) { output += bytes; }, Cancellation::never());
  return from_cgi(output);
}

}  // namespace pkgkiln::test
