#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/aur/client.hpp"
#include "tests/server.hpp"

namespace scripted {

/// An AUR whose packages a test sets. It counts what is asked.
class Aur {
 public:
  Aur()
      : server_({answering([this](const Request& request) { return answer_to(request); })},
                Server::On::port) {}
  ~Aur() { server_.stop(); }

  std::string url() const { return server_.url(); }
  void stop() { server_.stop(); }

  /// A package "NAME", with further members as JSON.
  void add(const std::string& name, const std::string& more = "", const std::string& base = "",
           std::int64_t base_id = 7) {
    const std::lock_guard lock(mutex_);
    packages_[name] =
        R"({"ID":1,"Name":")" + name + R"(","PackageBaseID":)" + std::to_string(base_id) +
        R"(,"PackageBase":")" + (base.empty() ? name : base) +
        R"(","Version":"1.0-1","Description":"what it is","URL":null,"NumVotes":3,)"
        R"("Popularity":0.5,"OutOfDate":null,"FirstSubmitted":1500000000,)"
        R"("LastModified":1600000000,"Submitter":"eve")" +
        (more.find("\"Maintainer\"") == std::string::npos ? R"(,"Maintainer":"ada")" : "") +
        (more.empty() ? "" : "," + more) + "}";
  }
  void remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    packages_.erase(name);
  }
  /// What is answered from now on, whatever is asked; empty: as it should be.
  void answer_with(const std::string& answer) {
    const std::lock_guard lock(mutex_);
    answer_ = answer;
  }
  void change_dump(const std::string& etag) {
    const std::lock_guard lock(mutex_);
    etag_ = etag;
  }
  std::vector<Request> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    asked_.clear();
  }

  static pkgkiln::aur::Client::Patience impatience() {
    pkgkiln::aur::Client::Patience patience;
    patience.requests.total = {};
    return patience;
  }

 private:
  std::string answer_to(const Request& request);
  std::string packages(const std::string& only = "") const;

  mutable std::mutex mutex_;
  std::map<std::string, std::string> packages_;
  std::string answer_, etag_ = "\"one\"";
  std::vector<Request> asked_;
  Server server_;  // last: its threads use the others
};

}  // namespace scripted
