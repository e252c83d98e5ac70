#include "core/vieter/server.hpp"

#include <fmt/format.h>

#include "core/base/printable.hpp"
#include "core/net/retry.hpp"

namespace pkgkiln::vieter {

namespace {

using Shape = ListingPage::Shape;

constexpr const char* kTargets = "/api/v1/targets";
constexpr const char* kRepos = "/api/repos";
constexpr std::size_t kShownText = 200;

/// For how many patiences a server that used one up is asked once only: else each target of a list
/// waits for one that is down. No longer, since there may be hours of building between two
/// requests.
constexpr int kShortTempered = 10;

bool may_be_another_later(int status) {
  return status >= 500 || status == 408 || status == 429;
}

std::string first_line(const std::string& body) {
  return printable(body.substr(0, std::min(body.find('\n'), kShownText)));
}

}  // namespace

Server::Server(ServerSettings settings, Cancellation cancel)
    : settings_(std::move(settings)),
      cancel_(std::move(cancel)),
      client_(net::Endpoint{settings_.address, {}}) {}

net::Request Server::with_key(std::string method, std::string target) const {
  net::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers = {{"X-Api-Key", settings_.api_key.reveal()}};
  return request;
}

std::string Server::url_of(const std::string& target) const {
  return client_.endpoint().display() + target;
}

net::Response Server::send(const net::Request& request) {
  return client_.send(request, cancel_, kMostAnswer);
}

net::Response Server::insist(const net::Request& request, Purpose purpose,
                             std::uint64_t most_bytes) {
  net::Response response;
  const auto attempt = [&] {
    within(settings_.longest_answer, [&](const Cancellation& cancel) {
      response = client_.send(request, cancel, most_bytes);
    });
    expect_final(request, response);
  };
  repeat(attempt, purpose);
  return response;
}

void Server::repeat(const std::function<void()>& attempt, Purpose purpose) {
  try {
    net::retry(patience_for(purpose), cancel_, attempt);
    note_end(purpose, true);
  } catch (const net::TryLater&) {
    note_end(purpose, false);
    throw;
  } catch (net::TransportError& error) {
    note_end(purpose, !net::may_pass(error));
    error.advise("check that the server runs and that vieter.address is right");
    throw;
  }
}

void Server::within(std::chrono::milliseconds time,
                    const std::function<void(const Cancellation&)>& exchange) {
  try {
    exchange(cancel_.with_deadline(Clock::now() + time));
  } catch (const Cancelled&) {
    cancel_.check();
    throw Error("the answer of " + client_.endpoint().display() + " does not come to its end")
        .because(fmt::format("it took more than {} s",
                             std::chrono::ceil<std::chrono::seconds>(time).count()))
        .advise("look into the server's log");
  }
}

net::Patience Server::patience_for(Purpose purpose) {
  const std::lock_guard lock(giving_up_);
  net::Patience patience;
  patience.total = settings_.retry_timeout;
  if (purpose == Purpose::publication && patience.total.count() > 0) patience.least_attempts = 2;
  const auto used_up = [&](Purpose which) {
    const auto& when = gave_up_.at(static_cast<std::size_t>(which));
    return when && Clock::now() < *when + settings_.retry_timeout * kShortTempered;
  };
  // A server that takes no package needs no second question either.
  if (used_up(Purpose::publication) || (purpose == Purpose::question && used_up(Purpose::question)))
    patience.total = {}, patience.least_attempts = 1;
  return patience;
}

void Server::note_end(Purpose purpose, bool well) {
  const std::lock_guard lock(giving_up_);
  if (well) return gave_up_.fill(std::nullopt);
  // What was tried only once says nothing new: else it would never be waited for again.
  auto& when = gave_up_.at(static_cast<std::size_t>(purpose));
  const auto now = Clock::now();
  if (!when || now >= *when + settings_.retry_timeout * kShortTempered) when = now;
}

void Server::expect_final(const net::Request& request, const net::Response& response) const {
  if (!may_be_another_later(response.status)) return;
  auto later = error_as<net::TryLater>(unexpected(request, response));
  later.advise("look into the server's log");
  later.after = net::retry_after(response);
  throw net::TryLater(later);
}

Error Server::unexpected(const net::Request& request, const net::Response& response) const {
  Error error(fmt::format("{} {} failed", request.method, url_of(request.target)));
  const auto text = first_line(response.body);
  if (response.status == 401)
    return error.because("the server refuses the key")
        .advise("check vieter.api_key; it is compared to the byte");
  return error
      .because(
          fmt::format("the server answers {}{}{}", response.status, text.empty() ? "" : ": ", text))
      .advise("check vieter.address");
}

ListingPage Server::page_in(const net::Request& request, const net::Response& response) const {
  if (!response.ok()) throw unexpected(request, response);
  try {
    return ListingPage::parse(response.body);
  } catch (Error& error) {
    error.while_doing(url_of(request.target) + " does not answer like a Vieter server");
    error.advise("check vieter.address");
    throw;
  }
}

const Server::Detected& Server::detected() {
  const std::lock_guard lock(detection_);
  if (undetected_) throw Error(*undetected_);
  if (!detected_) {
    try {
      detected_ = detect();
    } catch (Error& error) {
      error.while_doing("cannot use the Vieter server at " + client_.endpoint().display());
      undetected_ = error;
      throw Error(error);
    }
  }
  return *detected_;
}

// No version says which it is; each is known by a route or an answer that the ones before it don't
// have.
Server::Detected Server::detect() {
  const auto newer = with_key("GET", std::string(kTargets) + "?limit=1&offset=0");
  const auto answer = insist(newer, Purpose::question, ListingPage::kMostBytes);
  if (answer.ok()) return tell_apart();
  if (answer.status == 401) throw unexpected(newer, answer);

  const auto older = with_key("GET", std::string(kRepos) + "?limit=1&offset=0");
  const auto list = insist(older, Purpose::question, ListingPage::kMostBytes);
  // The seed refuses keys with a 200.
  if (list.status == 401 || list.body == "Unauthorized.") throw unexpected(older, {401, {}, {}});
  const auto shape = page_in(older, list).shape;
  if (shape == Shape::data_array) return {Version::v0_3, "0.3"};
  if (shape == Shape::data_map) return {Version::v0_2, "0.2"};
  return {Version::seed, "before 0.2"};
}

/// 0.4 and later. With a limit of nothing 0.6 gives all, the ones before it give nothing.
Server::Detected Server::tell_apart() {
  const auto count = [this](const char* limit) {
    const auto request = with_key("GET", std::string(kTargets) + "?offset=0&limit=" + limit);
    const auto answer = insist(request, Purpose::question, ListingPage::kMostBytes);
    const auto page = page_in(request, answer);
    if (page.shape != Shape::data_array) throw unexpected(request, answer);
    return page.entries.size();
  };
  const auto one = count("1");
  const auto jobs = insist(
      with_key("GET", "/api/v1/jobs/poll?max=0&arch=" + net::escape(settings_.machine_arch)));
  if (!jobs.ok()) return {Version::v0_4, "0.4"};
  if (one == 0) return {Version::v0_5, "0.5 or 0.6"};
  return count("0") > 0 ? Detected{Version::v0_6, "0.6"} : Detected{Version::v0_5, "0.5"};
}

}  // namespace pkgkiln::vieter
