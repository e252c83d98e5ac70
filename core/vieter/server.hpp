#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/cancellation.hpp"
#include "core/base/secret.hpp"
#include "core/net/http.hpp"
#include "core/net/retry.hpp"
#include "core/vieter/listing.hpp"

/// Vieter servers of every version, as a builder uses them: https://rustybever.be/docs/vieter
/// and what real servers were seen to do. Only core/vieter knows how they are spoken to.
namespace pkgkiln::vieter {

/// In the order of their release. What a version does differently is asked with `>=`.
enum class Version { seed, v0_2, v0_3, v0_4, v0_5, v0_6 };

struct ServerSettings {
  std::string address;  // "https://vieter.example.com", no slash at the end
  Secret api_key;
  std::string container_address;  // as build containers reach it; empty: as `address`
  std::string default_arch;       // the server's, where `any` packages go; empty: unknown
  std::string machine_arch;
  std::chrono::milliseconds retry_timeout{60'000};  // how long a failing request is repeated
  /// How long a server may unpack and hash a package before it answers.
  std::chrono::milliseconds longest_silence{300'000};
  /// How long all of an answer may take that is no file.
  std::chrono::milliseconds longest_answer{300'000};
};

/// What a request is for. A question can be asked again next time; a package was hours of work.
enum class Purpose { question, publication };

/// No answer but lists, databases and packages is longer.
inline constexpr std::uint64_t kMostAnswer = std::uint64_t{1} << 20U;

/// One server. Thread-safe. What fails for a reason that may pass is repeated until
/// `retry_timeout` is over; for ten times as long every other request is then tried once, until
/// one succeeds. What publishes a package has its own patience, which no question uses up.
class Server {
 public:
  explicit Server(ServerSettings settings, Cancellation cancel = Cancellation::never());

  const ServerSettings& settings() const { return settings_; }
  const Cancellation& cancel() const { return cancel_; }
  /// Detected with the first call; a failure of that is remembered as well. Throws Error (with
  /// what to do): out of reach, key refused, no Vieter server.
  Version version() { return detected().version; }
  /// "0.4", and "0.5 or 0.6" where an empty server can't be told apart; for doctor.
  std::string version_text() { return detected().text; }

  /// A request with the key.
  net::Request with_key(std::string method, std::string target) const;
  /// For messages.
  std::string url_of(const std::string& target) const;

  /// One exchange, no more: any status is an answer.
  net::Response send(const net::Request& request);
  /// The same until the answer isn't one of those that may be others later (5xx, 408, 429), as
  /// long as the patience lasts. For requests that may be repeated, and that are soon answered.
  net::Response insist(const net::Request& request, Purpose purpose = Purpose::question,
                       std::uint64_t most_bytes = kMostAnswer);
  /// Repeats `attempt` in the same way; see net::retry.
  void repeat(const std::function<void()>& attempt, Purpose purpose = Purpose::question);
  /// Runs an exchange that throws Error when it isn't over after that time: silence is bounded by
  /// each request, but a server may also send a byte now and then.
  void within(std::chrono::milliseconds time,
              const std::function<void(const Cancellation&)>& exchange);
  net::Client& client() { return client_; }
  /// To be held while packages are published: a server writes its databases anew for each, and
  /// nothing says that two at once come out well.
  std::mutex& publishing() { return publishing_; }

  /// Throws TryLater for a status that may be another one later.
  void expect_final(const net::Request& request, const net::Response& response) const;
  /// The answer was not what it should be: with its status, its text, and what to do.
  Error unexpected(const net::Request& request, const net::Response& response) const;
  /// The list that the answer has. Throws Error when it has none.
  ListingPage page_in(const net::Request& request, const net::Response& response) const;

 private:
  struct Detected {
    Version version;
    std::string text;
  };
  using Clock = Cancellation::Clock;

  net::Patience patience_for(Purpose purpose);
  void note_end(Purpose purpose, bool well);

  const Detected& detected();
  Detected detect();
  Detected tell_apart();

  const ServerSettings settings_;
  const Cancellation cancel_;
  net::Client client_;
  std::mutex giving_up_;
  std::array<std::optional<Clock::time_point>, 2> gave_up_;  // by purpose
  std::mutex publishing_;
  std::mutex detection_;
  std::optional<Detected> detected_;
  std::optional<Error> undetected_;
};

}  // namespace pkgkiln::vieter
