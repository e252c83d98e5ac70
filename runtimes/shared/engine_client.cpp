#include "runtimes/shared/engine_client.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <thread>

#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "runtimes/shared/json.hpp"

namespace pkgkiln::runtimes {

namespace {

constexpr std::size_t kWordsLimit = 1000;
constexpr std::uint64_t kAnswerLimit = 32U << 20U;
constexpr int kRemovals = 50;
constexpr std::chrono::milliseconds kBetweenRemovals{100};
constexpr std::chrono::seconds kProbeTimeout{5};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string shown(const net::Request& request) {
  return request.method + " " + request.target.substr(0, request.target.find('?'));
}

/// No connection, or gone in the middle.
RuntimeError::Kind kind_of_failure(const net::TransportError& error) {
  if (error.kind() == net::TransportError::Kind::too_large) return RuntimeError::Kind::malformed;
  return error.sent() ? RuntimeError::Kind::lost : RuntimeError::Kind::unreachable;
}

}  // namespace

EngineClient::EngineClient(std::unique_ptr<net::Client> client, Dialect dialect, Timeouts timeouts)
    : client_(std::move(client)), dialect_(std::move(dialect)), timeouts_(timeouts) {}

RuntimeError EngineClient::broken_exchange(const std::string& doing, const net::Request& request,
                                           const net::TransportError& failure) const {
  const auto kind = kind_of_failure(failure);
  auto problem = RuntimeError(kind, doing);
  if (kind == RuntimeError::Kind::unreachable) {
    problem.because(failure.what());
    problem.advise(connection_advice(dialect_.engine, socket(), failure.what()));
  } else {
    problem.because(
        fmt::format("{} broke off {}: {}", dialect_.engine, shown(request), failure.what()));
  }
  problem.because(fmt::format("runtime: {} at {}", dialect_.engine, socket()));
  return problem;
}

RuntimeError EngineClient::hung(const std::string& doing) const {
  return error(RuntimeError::Kind::lost, doing,
               fmt::format("{} has hung: it was silent, and then it did not answer {} within {} s",
                           dialect_.engine, dialect_.ping, timeouts_.ping.count() / 1000))
      .advise("check what it waits for, or restart it");
}

void EngineClient::ask_whether_it_lives(const std::string& doing,
                                        const Cancellation& cancel) const {
  if (dialect_.ping.empty()) return;
  net::Request ping;
  ping.target = dialect_.prefix + dialect_.ping;
  ping.connect_timeout = ping.idle_timeout = timeouts_.ping;
  try {
    if (!has_hung_) static_cast<void>(client_->send(ping, cancel, kAnswerLimit));
  } catch (const net::TransportError& failure) {
    // One that has ended says so by itself, and may be there again for the next request.
    if (failure.kind() == net::TransportError::Kind::timeout) has_hung_ = true;
  }
  if (has_hung_) throw hung(doing);
}

template <typename Exchange>
net::Response EngineClient::translate(const std::string& doing, const net::Request& request,
                                      const Cancellation& cancel, Exchange exchange) const {
  if (has_hung_) throw hung(doing);
  net::Request full = request;
  full.target = dialect_.prefix + request.target;
  try {
    return exchange(full);
  } catch (const net::TransportError& failure) {
    if (failure.kind() == net::TransportError::Kind::timeout) ask_whether_it_lives(doing, cancel);
    throw broken_exchange(doing, request, failure);
  }
}

net::Response EngineClient::ask(const std::string& doing, const net::Request& request,
                                const Cancellation& cancel) const {
  return translate(doing, request, cancel, [&](const net::Request& full) {
    return client_->send(full, cancel, kAnswerLimit);
  });
}

net::Response EngineClient::require(const std::string& doing, const net::Request& request,
                                    const Cancellation& cancel) const {
  net::Response response = ask(doing, request, cancel);
  if (!response.ok() && response.status != 304) throw refusal(doing, request, response);
  return response;
}

void EngineClient::stream(const std::string& doing, const net::Request& request, const Sink& body,
                          const Cancellation& cancel) const {
  const net::Response response = translate(doing, request, cancel, [&](const net::Request& full) {
    return client_->stream(full, body, cancel);
  });
  if (!response.ok()) throw refusal(doing, request, response);
}

void EngineClient::stream_in_silence(const std::string& doing, net::Request request,
                                     const Sink& body, const Cancellation& cancel) const {
  request.idle_timeout = timeouts_.silence;
  request.on_silence = [&] { ask_whether_it_lives(doing, cancel); };
  stream(doing, request, body, cancel);
}

RuntimeError::Kind EngineClient::kind_of(const net::Response& response) const {
  return dialect_.classify(response.status, words_of(response.body));
}

RuntimeError EngineClient::refusal(const std::string& doing, const net::Request& request,
                                   const net::Response& response) const {
  return error(kind_of(response), doing,
               fmt::format("{} answered {} to {}: {}", dialect_.engine, response.status,
                           shown(request), words_of(response.body)));
}

RuntimeError EngineClient::error(RuntimeError::Kind kind, const std::string& doing,
                                 const std::string& why) const {
  return RuntimeError(kind, doing)
      .because(why)
      .because(fmt::format("runtime: {} at {}", dialect_.engine, socket()));
}

RuntimeError::Kind classify_by(std::span<const Meaning> table, int status, std::string_view words) {
  using Kind = RuntimeError::Kind;
  const auto text = lower_case(words);
  for (const auto& meaning : table)
    if ((meaning.status == 0 || meaning.status == status) && contains(text, meaning.words))
      return meaning.kind;
  if (status == 404) return Kind::not_found;
  return status == 409 ? Kind::conflict : Kind::rejected;
}

std::string one_line(std::string_view text) {
  return printable(text, kWordsLimit);
}

std::string words_of(std::string_view body) {
  if (const auto document = json::parse(body)) {
    const auto message = json::text(*document, {"message"});
    if (!message.empty()) return one_line(message);
  }
  const auto line = one_line(body);
  return line.empty() ? "(no text)" : line;
}

std::string escape_path(std::string_view path) {
  std::string escaped;
  for (;;) {
    const auto slash = path.find('/');
    escaped += net::escape(path.substr(0, slash));
    if (slash == std::string_view::npos) return escaped;
    escaped += '/';
    path.remove_prefix(slash + 1);
  }
}

std::string connection_advice(std::string_view engine, std::string_view socket,
                              std::string_view cause) {
  const bool docker = contains(engine, "docker");
  if (contains(cause, "ermission denied"))
    return docker ? "join the group that owns the socket (usermod -aG docker USER, then log in "
                    "again), or use rootless Podman"
                  : "run as the user that owns the socket, or start that user's own: systemctl "
                    "--user start podman.socket";
  if (docker) return "start the Docker daemon (systemctl start docker), then pkgkiln doctor";
  return contains(socket, "/run/user/")
             ? "systemctl --user start podman.socket, then pkgkiln doctor"
             : "start Podman's service (systemctl start podman.socket, or podman system service "
               "--time=0 " +
                   std::string(socket) + "), then pkgkiln doctor";
}

void request_unless(const EngineClient& client, const std::string& doing,
                    const net::Request& request, std::initializer_list<RuntimeError::Kind> done) {
  const auto response = client.ask(doing, request);
  if (response.ok() || response.status == 304) return;
  if (std::ranges::find(done, client.kind_of(response)) == done.end())
    throw client.refusal(doing, request, response);
}

void remove_until_gone(const EngineClient& client, const std::string& doing,
                       const net::Request& request) {
  for (int i = 1;; ++i) {
    const auto response = client.ask(doing, request);
    if (response.ok() || client.kind_of(response) == RuntimeError::Kind::not_found) return;
    if (client.kind_of(response) != RuntimeError::Kind::conflict || i == kRemovals)
      throw client.refusal(doing, request, response);
    std::this_thread::sleep_for(kBetweenRemovals);
  }
}

net::Response probe(const EngineClient& client, const std::string& doing,
                    const std::string& target) {
  auto request = get(target);
  request.connect_timeout = request.idle_timeout = kProbeTimeout;
  try {
    return client.ask(doing, request);
  } catch (const RuntimeError& error) {
    if (error.kind() == RuntimeError::Kind::unreachable) throw;
    auto replaced = RuntimeError(RuntimeError::Kind::not_engine, doing);
    for (const auto& cause : error.causes()) replaced.because(cause);
    replaced.advise("check what listens there; pkgkiln doctor shows what else was found");
    throw replaced;
  }
}

RuntimeError not_engine(const EngineClient& client, const std::string& doing,
                        const net::Response& response) {
  return client.error(
      RuntimeError::Kind::not_engine, doing,
      fmt::format("what answers there is no {} engine (status {}: {})", client.dialect().engine,
                  response.status, words_of(response.body).substr(0, 120)));
}

}  // namespace pkgkiln::runtimes
