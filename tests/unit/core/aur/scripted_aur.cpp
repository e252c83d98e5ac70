#include "tests/unit/core/aur/scripted_aur.hpp"

#include "core/base/gzip_member.hpp"

namespace scripted {

/// Those whose name stands in quotes in a text.
std::string Aur::packages(const std::string& only) const {
  std::string text;
  for (const auto& [name, package] : packages_)
    if (only.empty() || only.find('"' + name + '"') != std::string::npos)
      text += (text.empty() ? "" : ",\n") + package;
  return "[" + text + "]";
}

std::string Aur::answer_to(const Request& request) {
  const std::lock_guard lock(mutex_);
  asked_.push_back(request);
  if (!answer_.empty()) return answer_;
  const auto path = request.path();
  if (path == "/packages-meta-ext-v1.json.gz") {
    if (request.header("If-None-Match") == etag_) return "HTTP/1.1 304 Not Modified\r\n\r\n";
    return answer(200, pkgkiln::gzip_member(packages(), ""),
                  "ETag: " + etag_ + "\r\nLastModified: x\r\n");
  }
  const bool is_info = path == "/rpc/v5/info";
  if (!is_info && !path.starts_with("/rpc/v5/search/")) return answer(404, "not here");
  std::string found;
  if (request.target().ends_with("?by=provides")) {
    const auto name = path.substr(path.rfind('/') + 1);
    for (const auto& [one, package] : packages_)
      if (one == name || package.find("\"" + name + "\"") != std::string::npos ||
          package.find("\"" + name + "=") != std::string::npos)
        found += '"' + one + '"';
    if (found.empty()) found = "nothing";
  }
  return answer(200, std::string(R"({"resultcount":1,"results":)") +
                         packages(is_info ? request.body : found) + R"(,"type":")" +
                         (is_info ? "multiinfo" : "search") + R"(","version":5})");
}

}  // namespace scripted
