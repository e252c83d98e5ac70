#include "tests/unit/core/vieter/scripted_vieter.hpp"

#include <algorithm>

namespace scripted {

using pkgkiln::vieter::Version;

namespace {

std::string line_of(const Request& request) {
  return request.method() + " " + request.target();
}

}  // namespace

Vieter::Vieter()
    : server_({answering([this](const Request& request) { return answer_to(request); })},
              Server::On::port) {}

void Vieter::on(const std::string& line, const std::string& body) {
  on(line, 200, body);
}

void Vieter::on(const std::string& line, int status, const std::string& body) {
  on(line, [=](const Request&) { return closing(status, body); });
}

void Vieter::on(const std::string& line, Answer answer) {
  const std::lock_guard lock(mutex_);
  answers_[line] = std::move(answer);
}

void Vieter::be(Version version, const std::string& targets) {
  const auto data = "{\"message\":\"\",\"data\":" + targets + "}";
  switch (version) {
    case Version::seed:
      on("GET /api/repos?limit=1&offset=0", targets);
      return on("GET /api/repos", targets);
    case Version::v0_2:
      on("GET /api/repos?limit=1&offset=0", "{\"message\":\"\",\"data\":{}}");
      return on("GET /api/repos", data);
    case Version::v0_3:
      return on("GET /api/repos?limit=1&offset=0", data);
    case Version::v0_5:
    case Version::v0_6:
      on("GET /api/v1/jobs/poll?max=0&arch=x86_64", "{\"message\":\"\",\"data\":[]}");
      on("GET /api/v1/targets?offset=0&limit=0",
         version == Version::v0_6 ? data : "{\"message\":\"\",\"data\":[]}");
      [[fallthrough]];
    case Version::v0_4:
      on("GET /api/v1/targets?limit=1&offset=0", data);
      on("GET /api/v1/targets?offset=0&limit=1", data);
  }
}

pkgkiln::vieter::ServerSettings Vieter::settings() const {
  pkgkiln::vieter::ServerSettings settings;
  settings.address = server_.url();
  settings.api_key = pkgkiln::Secret("k3y");
  settings.machine_arch = "x86_64";
  settings.retry_timeout = std::chrono::milliseconds(1'000);
  return settings;
}

std::vector<Request> Vieter::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<std::string> Vieter::lines() const {
  std::vector<std::string> result;
  for (const auto& request : requests()) result.push_back(line_of(request));
  return result;
}

std::size_t Vieter::count(const std::string& line) const {
  const auto all = lines();
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), line));
}

std::string Vieter::answer_to(const Request& request) {
  Answer answer = [](const Request&) { return closing(404, "404 Not Found"); };
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    if (const auto known = answers_.find(line_of(request)); known != answers_.end())
      answer = known->second;
  }
  return answer(request);
}

}  // namespace scripted
