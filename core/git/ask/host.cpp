#include "core/git/ask/host.hpp"

#include <algorithm>
#include <thread>

#include "core/net/retry.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::chrono::milliseconds kNap{100};
constexpr std::uint64_t kLargestAnswer = 16U << 20U;
constexpr std::chrono::seconds kUnreachable{30};
/// Each keeps some connections: a run with sources on many hosts must not run out of descriptors.
constexpr std::size_t kHostsConnected = 32;

bool may_be_another_later(int status) {
  return status == 429 || status >= 500;
}

}  // namespace

void HostGate::acquire(const Cancellation& cancel) {
  std::unique_lock lock(mutex_);
  while (free_ == 0) {
    cancel.check();
    left_.wait_for(lock, kNap);
  }
  --free_;
}

void HostGate::release() {
  const std::lock_guard lock(mutex_);
  ++free_;
  left_.notify_one();
}

void HostGate::rest(std::chrono::seconds span) {
  const std::lock_guard lock(mutex_);
  rests_until_ = std::max(rests_until_, Clock::now() + span);
}

void HostGate::wait_for_rest(const Cancellation& cancel) {
  for (auto left = rest_left(); left > Clock::duration::zero(); left = rest_left()) {
    if (left > longest_rest)
      throw Resting("the server asks to be left alone for " +
                    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(left).count()) +
                    " s");
    cancel.check();
    std::this_thread::sleep_for(std::min<Clock::duration>(left, kNap));
  }
}

HostGate::Clock::duration HostGate::rest_left() {
  const std::lock_guard lock(mutex_);
  return rests_until_ - Clock::now();
}

net::Response Host::ask_once(const net::Request& request, const Cancellation& cancel) {
  throw_if_unreachable();
  return attempt(request, cancel);
}

net::Response Host::attempt(const net::Request& request, const Cancellation& cancel) {
  gate.wait_for_rest(cancel);
  auto response = client_.send(request, cancel, kLargestAnswer);
  if (!may_be_another_later(response.status)) return response;
  const auto wish = net::retry_after(response);
  net::TryLater later("the server answers " + std::to_string(response.status) +
                      (wish.count() > 0
                           ? " and asks to be left alone for " + std::to_string(wish.count()) + " s"
                           : ""));
  later.after = wish;
  if (response.status == 429) later.after = std::max(later.after, std::chrono::seconds(1));
  gate.rest(later.after);
  throw net::TryLater(later);
}

net::Response Host::ask(const net::Request& request, const Cancellation& cancel) {
  throw_if_unreachable();
  net::Response response;
  try {
    net::retry(patience_, cancel, [&] { response = attempt(request, cancel); });
  } catch (const net::TransportError& error) {
    if (!error.sent()) note_unreachable(error);
    throw;
  }
  return response;
}

void Host::throw_if_unreachable() {
  const std::lock_guard lock(mutex_);
  if (unreachable_ && Cancellation::Clock::now() < unreachable_until_)
    throw net::TransportError(*unreachable_);
}

void Host::note_unreachable(const net::TransportError& error) {
  const std::lock_guard lock(mutex_);
  unreachable_ = error;
  unreachable_until_ = Cancellation::Clock::now() + kUnreachable;
}

Host& Hosts::at(const std::string& origin) {
  const std::lock_guard lock(mutex_);
  auto& host = hosts_[origin];
  if (host) return *host;
  if (hosts_.size() % kHostsConnected == 0)
    for (auto& [name, other] : hosts_)
      if (other) other->close_idle();
  host = std::make_unique<Host>(origin, politeness_);
  return *host;
}

}  // namespace pkgkiln::git
