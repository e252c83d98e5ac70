#include "core/vieter/connection.hpp"

#include <fmt/format.h>

#include "core/base/printable.hpp"
#include "core/net/retry_after.hpp"

namespace pkgkiln::vieter {

namespace {

constexpr std::size_t kShownText = 200;

bool may_be_another_later(int status) {
  return status >= 500 || status == 408 || status == 429;
}

std::string first_line(const std::string& body) {
  return printable(body.substr(0, std::min(body.find('\n'), kShownText)));
}

}  // namespace

Server::Connection::Connection(ServerSettings settings, Cancellation cancel)
    : settings_(std::move(settings)),
      cancel_(std::move(cancel)),
      client_(net::Endpoint{settings_.address, {}}) {}

net::Request Server::Connection::with_key(std::string method, std::string target) const {
  net::Request request;
  request.method = std::move(method);
  request.target = std::move(target);
  request.headers = {{"X-Api-Key", settings_.api_key.reveal()}};
  return request;
}

std::string Server::Connection::url_of(const std::string& target) const {
  return client_.endpoint().display() + target;
}

net::Response Server::Connection::send(const net::Request& request) {
  return client_.send(request, cancel_);
}

net::Response Server::Connection::insist(const net::Request& request) {
  net::Response response;
  repeat([&] {
    response = send(request);
    expect_final(request, response);
  });
  return response;
}

void Server::Connection::repeat(const std::function<void()>& attempt) {
  net::Patience patience;
  patience.total = gave_up_ ? std::chrono::milliseconds(0) : settings_.retry_timeout;
  try {
    net::retry(patience, cancel_, attempt);
    gave_up_ = false;
  } catch (const net::TryLater&) {
    gave_up_ = true;
    throw;
  } catch (net::TransportError& error) {
    gave_up_ = net::may_pass(error);
    error.advise("check that the server runs and that vieter.address is right");
    throw;
  }
}

void Server::Connection::expect_final(const net::Request& request,
                                      const net::Response& response) const {
  if (!may_be_another_later(response.status)) return;
  const auto error = unexpected(request, response);
  net::TryLater later(error.what_failed());
  for (const auto& cause : error.causes()) later.because(cause);
  later.advise("look into the server's log");
  later.after = net::retry_after(response);
  throw net::TryLater(later);
}

Error Server::Connection::unexpected(const net::Request& request,
                                     const net::Response& response) const {
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

Version Server::Connection::version() {
  return detected().version;
}

std::string Server::Connection::version_text() {
  return detected().text;
}

const Server::Connection::Detected& Server::Connection::detected() {
  const std::lock_guard lock(detection_);
  if (undetected_) throw Error(*undetected_);
  if (!detected_) {
    try {
      detected_ = detect();
    } catch (const Cancelled&) {
      throw;
    } catch (Error& error) {
      error.while_doing("cannot use the Vieter server at " + client_.endpoint().display());
      undetected_ = error;
      throw Error(error);
    }
  }
  return *detected_;
}

}  // namespace pkgkiln::vieter
