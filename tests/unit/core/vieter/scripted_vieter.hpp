#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/vieter/server.hpp"
#include "tests/server.hpp"

namespace scripted {

/// A server that answers each "METHOD target" as it was told and anything else with 404, and
/// closes the connection after each answer, as Vieter does.
class Vieter {
 public:
  using Answer = std::function<std::string(const Request&)>;

  Vieter();

  /// Sets the answer from now on. A text alone is the body of a 200.
  void on(const std::string& line, const std::string& body);
  void on(const std::string& line, int status, const std::string& body = {});
  void on(const std::string& line, Answer answer);
  /// Answers like a server of that version with one target (without one: "[]").
  void be(pkgkiln::vieter::Version version, const std::string& targets = "[]");

  /// Settings for it, with the key "k3y" and little patience.
  pkgkiln::vieter::ServerSettings settings() const;
  /// Every request so far, in order; lines() has each as "GET /api/repos".
  std::vector<Request> requests() const;
  std::vector<std::string> lines() const;
  std::size_t count(const std::string& line) const;

 private:
  std::string answer_to(const Request& request);

  mutable std::mutex mutex_;
  std::map<std::string, Answer> answers_;
  std::vector<Request> requests_;
  Server server_;
};

}  // namespace scripted
