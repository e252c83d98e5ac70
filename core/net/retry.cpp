#include "core/net/retry.hpp"

#include <algorithm>
#include <exception>
#include <fmt/format.h>
#include <random>
#include <thread>

namespace pkgkiln::net {

namespace {

using std::chrono::milliseconds;
using Clock = Cancellation::Clock;

constexpr milliseconds kNap{100};

milliseconds jittered(milliseconds pause) {
  thread_local std::minstd_rand random{std::random_device{}()};
  return milliseconds(
      std::uniform_int_distribution<milliseconds::rep>(pause.count() / 2, pause.count())(random));
}

void sleep(milliseconds pause, const Cancellation& cancel) {
  const auto end = Clock::now() + pause;
  while (Clock::now() < end) {
    cancel.check();
    std::this_thread::sleep_for(
        std::min<Clock::duration>(kNap, std::max(end - Clock::now(), Clock::duration::zero())));
  }
}

/// What the server asks for counts where it is longer than our own pause.
milliseconds wish_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const TryLater& later) {
    return later.after;
  } catch (...) {
    return {};
  }
}

[[noreturn]] void give_up(const std::exception_ptr& failure, int attempts, Clock::duration took) {
  try {
    std::rethrow_exception(failure);
  } catch (Error& error) {
    if (attempts > 1)
      error.because(fmt::format("tried {} times in {:.1f} s", attempts,
                                std::chrono::duration<double>(took).count()));
    throw;
  }
}

}  // namespace

bool may_pass(const TransportError& error) {
  return error.kind() != TransportError::Kind::tls &&
         error.kind() != TransportError::Kind::too_large;
}

void retry(const Patience& patience, const Cancellation& cancel,
           const std::function<void()>& attempt) {
  const auto begin = Clock::now();
  auto pause = patience.first_pause;
  for (int attempts = 1;; ++attempts) {
    std::exception_ptr failure;
    try {
      return attempt();
    } catch (const TryLater&) {
      failure = std::current_exception();
    } catch (const TransportError& error) {
      if (!may_pass(error)) throw;
      failure = std::current_exception();
    }
    cancel.check();
    const auto wait = std::max(jittered(pause), wish_of(failure));
    const bool is_over =
        attempts >= patience.least_attempts && Clock::now() + wait > begin + patience.total;
    if (attempts == patience.most_attempts || is_over)
      give_up(failure, attempts, Clock::now() - begin);
    sleep(wait, cancel);
    pause = std::min(pause * 2, patience.longest_pause);
  }
}

}  // namespace pkgkiln::net
