#pragma once

#include <chrono>
#include <ctime>
#include <functional>
#include <optional>
#include <string>

#include "core/base/cancellation.hpp"
#include "core/base/error.hpp"
#include "core/net/http.hpp"

namespace pkgkiln::net {

/// A date of HTTP, such as "Wed, 21 Oct 2015 07:28:00 GMT" (RFC 9110, 5.6.7); nothing for anything
/// else.
std::optional<std::time_t> http_date(const std::string& text);

/// How long the server asks to be left alone (RFC 9110, 10.2.3): 0 when it doesn't say, an hour at
/// most.
std::chrono::seconds retry_after(const Response& response);

/// How long something that fails is tried again, and with which pauses: each is twice the last,
/// and shortened by up to a half at random, so that many clients don't come back all at once.
struct Patience {
  std::chrono::milliseconds total{60'000};  // 0: a single attempt
  std::chrono::milliseconds first_pause{250};
  std::chrono::milliseconds longest_pause{8'000};
  int most_attempts = 0;   // 0: no bound
  int least_attempts = 1;  // however long they take: a failure may come after minutes of sending
};

/// An answer that may be another one later (500, 429, …).
class TryLater : public ErrorKind<TryLater> {
 public:
  using ErrorKind::ErrorKind;
  std::chrono::seconds after{0};  // as the server asks for (Retry-After)
};

/// Whether it may help to send the request of that failure again. What may not be done twice is
/// not to be asked about.
bool may_pass(const TransportError& error);

/// Runs `attempt` until it doesn't throw TryLater or a TransportError that may pass, or until the
/// patience is over: then throws the last one, with how often it was tried. Throws Cancelled.
void retry(const Patience& patience, const Cancellation& cancel,
           const std::function<void()>& attempt);

}  // namespace pkgkiln::net
