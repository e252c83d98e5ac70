#include "core/git/ask/ref_query.hpp"

#include <utility>
#include <variant>

#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/git/ask/ls_refs.hpp"
#include "core/git/ask/refs.hpp"
#include "core/git/ask/smart_http.hpp"
#include "core/git/user_config.hpp"

namespace pkgkiln::git {

namespace {

using Kind = net::TransportError::Kind;

constexpr int kMostRedirects = 5;
constexpr std::size_t kShownFailure = 500;

RemoteFailure failure_of(const net::TransportError& error) {
  switch (error.kind()) {
    case Kind::connect:
    case Kind::timeout:
      return RemoteFailure::not_reached;
    case Kind::resolve:
      return RemoteFailure::not_resolved;
    default:
      return classify(error.what());
  }
}

}  // namespace

RefQuery::RefQuery(Hosts& hosts, const Config& config, std::string url, Trust trust)
    : hosts_(hosts),
      url_(std::move(url)),
      trust_(trust),
      config_(trust == Trust::trusted ? config : proxy_config(config)),
      program_(trust == Trust::trusted ? Remote(url_, config_) : Remote::untrusted(url_, config_)) {
  auto address = http_address(parse_remote_url(url_));
  if (address && is_plain(*address)) http_ = std::move(address);
}

void RefQuery::ask(const Cancellation& cancel, const std::function<void(const ListRefs&)>& find) {
  enter(host_of(parse_remote_url(url_)), cancel);
  const auto bound = hosts_.politeness().for_one;
  const auto bounded = cancel.with_deadline(Cancellation::Clock::now() + bound);
  try {
    find([&](const std::vector<std::string>& which) { return list(which, bounded); });
  } catch (const Cancelled&) {
    if (cancel.requested()) throw;
    throw remote_error("ask", url_, RemoteFailure::not_reached,
                       "it did not answer within " + std::to_string(bound.count()) + " s");
  }
}

/// Whether git would ask it just as we do.
bool RefQuery::is_plain(const HttpAddress& address) const {
  return !config_matters(config_, address) &&
         (trust_ == Trust::untrusted || !environment_matters(address));
}

/// Takes a place at that host, after giving back the one it has: two hosts that lead to each other
/// must not wait for each other's places.
Host& RefQuery::enter(const std::string& origin, const Cancellation& cancel) {
  Host& host = hosts_.at(origin);
  if (place_ && origin == origin_) return host;
  place_.reset();
  host.gate.enter(cancel);
  place_.emplace(host.gate);
  origin_ = origin;
  return host;
}

AdvertisedRefs RefQuery::list(const std::vector<std::string>& which, const Cancellation& cancel) {
  if (http_) {
    if (auto refs = try_http(which, cancel)) return *std::move(refs);
    http_.reset();
  }
  enter(host_of(parse_remote_url(url_)), cancel);
  return list_refs(program_, url_, which, cancel);
}

/// Nothing when the git program may know better.
std::optional<AdvertisedRefs> RefQuery::try_http(const std::vector<std::string>& which,
                                                 const Cancellation& cancel) {
  const bool of_user = trust_ == Trust::trusted;
  try {
    return list_over_http(which, cancel);
  } catch (const Unusual&) {
    return std::nullopt;
  } catch (const Refused& refused) {
    // It has credentials, or knows who has.
    if (of_user && refused.failure() == RemoteFailure::no_access) return std::nullopt;
    throw failed(refused.failure(), refused);
  } catch (const Resting& resting) {
    throw failed(RemoteFailure::busy, resting);
  } catch (const net::TryLater& later) {
    throw failed(RemoteFailure::busy, later);
  } catch (const net::TransportError& error) {
    // Its TLS library may know other certificates.
    if (of_user && error.kind() == Kind::tls) return std::nullopt;
    throw failed(failure_of(error), error);
  }
}

AdvertisedRefs RefQuery::list_over_http(const std::vector<std::string>& which,
                                        const Cancellation& cancel) {
  auto address = *http_;
  for (int redirects = 0; redirects <= kMostRedirects; ++redirects) {
    auto answer = ask_refs(enter(address.origin, cancel), address, which, cancel);
    if (auto* refs = std::get_if<AdvertisedRefs>(&answer)) return std::move(*refs);
    address = std::get<HttpAddress>(std::move(answer));
    if (!is_plain(address)) throw Unusual("the server leads to where git asks in another way");
  }
  throw Unusual("the server leads from one place to the next");
}

Error RefQuery::failed(RemoteFailure failure, const Error& why) const {
  return remote_error("ask", url_, failure, printable(why.what(), kShownFailure));
}

}  // namespace pkgkiln::git
