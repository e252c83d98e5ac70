#include "core/git/ask/ref_query.hpp"

#include <optional>
#include <utility>
#include <variant>

#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/git/ask/ls_refs.hpp"
#include "core/git/ask/refs.hpp"
#include "core/git/user_config.hpp"

namespace pkgkiln::git {

namespace {

using Prefixes = std::vector<std::string>;
using Kind = net::TransportError::Kind;

constexpr int kMostRedirects = 5;
constexpr std::size_t kShownFailure = 500;
constexpr std::chrono::seconds kLongestWait{120};
constexpr std::size_t kLargestRefListing = 16U << 20U;

/// The server answered that there is no such repository, or that it gives it not to anybody.
class Refused : public ErrorKind<Refused> {
 public:
  Refused(RemoteFailure failure, std::string what_failed)
      : ErrorKind(std::move(what_failed)), failure_(failure) {}
  RemoteFailure failure() const { return failure_; }

 private:
  RemoteFailure failure_;
};

/// Of a type of answer or request of git-upload-pack.
std::string type_of(const char* what) {
  return std::string("application/x-git-upload-pack-") + what;
}

net::Request request_of(const HttpAddress& address, const char* target) {
  net::Request request;
  request.target = address.path + target;
  // Servers and the walls in front of them know git by this name.
  request.headers = {{"User-Agent", "git/2 (pkgkiln)"}, {"Git-Protocol", "version=2"}};
  if (!address.authorization.empty())
    request.headers.emplace_back("Authorization", address.authorization.reveal());
  return request;
}

net::Request first_request(const HttpAddress& address) {
  auto request = request_of(address, "/info/refs?service=git-upload-pack");
  request.headers.emplace_back("Accept", "*/*");
  request.headers.emplace_back("Pragma", "no-cache");
  return request;
}

net::Request refs_request(const HttpAddress& address, const Prefixes& prefixes,
                          const std::string& object_format) {
  auto request = request_of(address, "/git-upload-pack");
  request.method = "POST";
  request.repeatable = true;
  request.headers.emplace_back("Content-Type", type_of("request"));
  request.headers.emplace_back("Accept", type_of("result"));
  request.text = ls_refs_request(prefixes, object_format);
  return request;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

[[noreturn]] void throw_refusal(int status) {
  const std::string text = "the server answers " + std::to_string(status);
  if (status == 404 || status == 410) throw Refused(RemoteFailure::not_found, text);
  if (status == 401 || status == 403) throw Refused(RemoteFailure::no_access, text);
  throw Unusual(text);
}

AdvertisedRefs refs_in(const net::Response& response) {
  if (response.status != 200) throw_refusal(response.status);
  if (response.header("Content-Type") != type_of("result"))
    throw Unusual("the server answers with something else than refs");
  return read_ls_refs(response.body);
}

/// What a server that speaks version 2 answers without being asked first what it speaks; nothing
/// where that is no listing of refs.
std::optional<AdvertisedRefs> ask_straight(Host& host, const HttpAddress& address,
                                           const Prefixes& prefixes, const Cancellation& cancel) {
  try {
    return refs_in(host.ask_once(refs_request(address, prefixes, {}), cancel));
  } catch (const Unusual&) {
  } catch (const Refused&) {
  } catch (const net::TryLater&) {
  } catch (const net::TransportError&) {
  }
  return std::nullopt;
}

/// Asks a repository over Git's smart HTTP (gitprotocol-http(5)) for the refs whose full names
/// begin with one of `prefixes`; it may answer with more, or lead to another address. `host` is
/// that of the address. Throws Unusual (also for plain web servers), Refused, Resting,
/// net::TryLater, net::TransportError and Cancelled.
std::variant<AdvertisedRefs, HttpAddress> ask_refs(Host& host, const HttpAddress& address,
                                                   const Prefixes& prefixes,
                                                   const Cancellation& cancel) {
  if (host.speaks_v2) {
    if (auto refs = ask_straight(host, address, prefixes, cancel)) return *std::move(refs);
    host.speaks_v2 = false;
  }
  const auto response = host.ask(first_request(address), cancel);
  if (is_redirect(response.status)) {
    auto other = redirected(address, response.header("Location"));
    if (!other) throw Unusual("the server leads to what is no repository");
    return *std::move(other);
  }
  if (response.status != 200) throw_refusal(response.status);
  if (response.header("Content-Type") != type_of("advertisement"))
    throw Unusual("the server knows nothing of git");
  auto advertisement = read_advertisement(response.body);
  host.speaks_v2 = advertisement.speaks_v2;
  if (!advertisement.speaks_v2) return std::move(advertisement.refs);
  return refs_in(host.ask(refs_request(address, prefixes, advertisement.object_format), cancel));
}

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

/// What git ls-remote takes for it. What a tag leads to has to be asked for by name.
void add_patterns(const std::string& ref, std::vector<std::string>& arguments) {
  arguments.push_back(ref.ends_with('/') ? ref + "*" : ref);
  if (ref.starts_with("refs/tags/")) arguments.push_back(ref + "^{}");
}

}  // namespace

AdvertisedRefs list_refs(const Remote& remote, const std::string& url,
                         const std::vector<std::string>& which, const Cancellation& cancel) {
  Command command;
  command.arguments = {"ls-remote", "--quiet", "--symref", "--", remote.location()};
  for (const auto& ref : which) add_patterns(ref, command.arguments);
  std::string listing;
  const auto result =
      remote.run(command, bounded_text(listing, kLargestRefListing), cancel, kLongestWait);
  if (result.code != 0) throw remote_error("ask", url, result.error_output);
  return parse_advertised_refs(listing);
}

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
  acquire(host_of(parse_remote_url(url_)), cancel);
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

/// Takes a slot at that host, after giving back the one it has: two hosts that lead to each other
/// must not wait for each other's slots.
Host& RefQuery::acquire(const std::string& origin, const Cancellation& cancel) {
  Host& host = hosts_.at(origin);
  if (slot_ && origin == origin_) return host;
  slot_.reset();
  host.gate.acquire(cancel);
  slot_.emplace(host.gate);
  origin_ = origin;
  return host;
}

AdvertisedRefs RefQuery::list(const std::vector<std::string>& which, const Cancellation& cancel) {
  if (http_) {
    if (auto refs = try_http(which, cancel)) return *std::move(refs);
    http_.reset();
  }
  acquire(host_of(parse_remote_url(url_)), cancel);
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
    auto answer = ask_refs(acquire(address.origin, cancel), address, which, cancel);
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
