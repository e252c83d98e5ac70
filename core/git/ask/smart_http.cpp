#include "core/git/ask/smart_http.hpp"

#include <optional>

#include "core/git/ask/ls_refs.hpp"

namespace pkgkiln::git {

namespace {

using Prefixes = std::vector<std::string>;

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

/// What a server that is known to speak version 2 answers without being asked first what it
/// speaks; nothing when it doesn't.
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

}  // namespace

std::variant<AdvertisedRefs, HttpAddress> ask_refs(Host& host, const HttpAddress& address,
                                                   const Prefixes& prefixes,
                                                   const Cancellation& cancel) {
  if (host.speaks_v2)
    if (auto refs = ask_straight(host, address, prefixes, cancel)) return *std::move(refs);
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

}  // namespace pkgkiln::git
