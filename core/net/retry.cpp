#include "core/net/retry.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <exception>
#include <fmt/format.h>
#include <random>
#include <string>
#include <thread>

namespace pkgkiln::net {

std::optional<std::time_t> http_date(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return end != nullptr && *end == '\0' ? std::optional(::timegm(&parts)) : std::nullopt;
}

namespace {

using std::chrono::milliseconds;
using Clock = Cancellation::Clock;

constexpr long long kLongest = 3'600;
constexpr milliseconds kNap{100};

/// Seconds until a date; 0 for anything else.
long long until(const std::string& text) {
  const auto date = http_date(text);
  return date ? *date - std::time(nullptr) : 0;
}

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

std::chrono::seconds retry_after(const Response& response) {
  const auto text = response.header("Retry-After");
  const auto* const end = text.data() + text.size();
  long long seconds = 0;
  const auto [stopped, problem] = std::from_chars(text.data(), end, seconds);
  if (problem == std::errc::result_out_of_range) seconds = kLongest;
  if (stopped != end || text.empty()) seconds = until(std::string(text));
  return std::chrono::seconds(std::clamp(seconds, 0LL, kLongest));
}

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
