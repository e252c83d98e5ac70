#include "tests/unit/core/git/smart_server.hpp"

#include <algorithm>
#include <utility>

#include "core/base/process.hpp"

namespace pkgkiln::test {

namespace {

/// The value of a header, which curl and git write like this.
std::string header_of(const std::string& head, const std::string& name) {
  const auto begin = head.find("\r\n" + name + ": ");
  if (begin == std::string::npos) return {};
  const auto value = begin + name.size() + 4;
  return head.substr(value, head.find("\r\n", value) - value);
}

std::size_t length_of(const std::string& head) {
  const auto length = header_of(head, "Content-Length");
  return length.empty() ? 0 : std::stoul(length);
}

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
      server_({[this](scripted::Connection& connection) { serve(connection); }},
              scripted::Server::On::port) {}

std::vector<std::string> SmartServer::requests() {
  const std::lock_guard lock(mutex_);
  return std::exchange(requests_, {});
}

int SmartServer::most_at_once() const {
  const std::lock_guard lock(mutex_);
  return most_;
}

void SmartServer::begin(const std::string& head) {
  const std::lock_guard lock(mutex_);
  const auto by_program = header_of(head, "User-Agent").find("pkgkiln") == std::string::npos;
  requests_.push_back(head.substr(0, head.find_first_of("? ", head.find('/'))) +
                      (by_program ? " (git)" : ""));
  most_ = std::max(most_, ++now_);
}

void SmartServer::end() {
  const std::lock_guard lock(mutex_);
  --now_;
}

void SmartServer::serve(scripted::Connection& connection) {
  for (auto head = connection.read_head(); !head.empty(); head = connection.read_head()) {
    begin(head);
    const auto body = connection.read_body(length_of(head));
    const auto bytes = answer(head, body);
    end();
    connection.send(bytes);
  }
}

std::string SmartServer::answer(const std::string& head, const std::string& body) {
  if (intercept_)
    if (auto own = intercept_(head)) return *std::move(own);
  return run_backend(head, body);
}

std::string SmartServer::run_backend(const std::string& head, const std::string& body) {
  const auto begin = head.find(' ') + 1;
  const auto target = head.substr(begin, head.find(' ', begin) - begin);
  const auto path = target.substr(0, target.find('?'));
  ProcessSpec spec;
  spec.command = {"git", "http-backend"};
  spec.env = {{"GIT_PROJECT_ROOT", root_.string()},
              {"GIT_HTTP_EXPORT_ALL", "1"},
              {"GIT_CONFIG_GLOBAL", "/dev/null"},
              {"GIT_CONFIG_NOSYSTEM", "1"},
              {"REMOTE_ADDR", "127.0.0.1"},
              {"REQUEST_METHOD", head.substr(0, begin - 1)},
              {"PATH_INFO", path},
              {"QUERY_STRING", path == target ? "" : target.substr(path.size() + 1)},
              {"CONTENT_TYPE", header_of(head, "Content-Type")},
              {"GIT_PROTOCOL", protocol_.value_or(header_of(head, "Git-Protocol"))}};
  spec.input = body;
  std::string output;
  run_process(
      spec, [&](std::string_view bytes) { output += bytes; }, Cancellation::never());
  return from_cgi(output);
}

}  // namespace pkgkiln::test
