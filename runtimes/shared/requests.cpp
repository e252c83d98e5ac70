#include "runtimes/shared/requests.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace pkgkiln::runtimes {

namespace {
constexpr int kRemovals = 50;
constexpr std::chrono::milliseconds kBetweenRemovals{100};
}  // namespace

void request_unless(const EngineClient& client, const std::string& doing,
                    const net::Request& request, std::initializer_list<RuntimeError::Kind> done) {
  const auto response = client.ask(doing, request);
  if (response.ok() || response.status == 304) return;
  if (std::ranges::find(done, client.kind_of(response)) == done.end())
    throw client.refusal(doing, request, response);
}

void remove_until_gone(const EngineClient& client, const std::string& doing,
                       const net::Request& request) {
  for (int i = 1;; ++i) {
    const auto response = client.ask(doing, request);
    if (response.ok() || client.kind_of(response) == RuntimeError::Kind::not_found) return;
    if (client.kind_of(response) != RuntimeError::Kind::conflict || i == kRemovals)
      throw client.refusal(doing, request, response);
    std::this_thread::sleep_for(kBetweenRemovals);
  }
}

}  // namespace pkgkiln::runtimes
