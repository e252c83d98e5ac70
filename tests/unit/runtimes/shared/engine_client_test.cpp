#include "runtimes/shared/engine_client.hpp"

#include <atomic>
#include <chrono>
#include <thread>

#include "runtimes/docker/connection.hpp"
#include "runtimes/shared/json.hpp"
#include "tests/catch.hpp"
#include "tests/server.hpp"

using namespace pkgkiln;
using namespace pkgkiln::runtimes;
using Catch::Matchers::ContainsSubstring;
using namespace std::chrono_literals;
using scripted::answer;
using scripted::Connection;

namespace {

constexpr EngineClient::Timeouts kShort{200ms, 300ms};

EngineClient client_of(const scripted::Server& server) {
  return EngineClient(std::make_unique<net::Client>(net::Endpoint::unix_domain(server.socket())),
                      {"docker", "/v1.41", "/_ping", &docker::classify}, kShort);
}

net::Request short_of_patience(const std::string& target) {
  auto request = get(target);
  request.idle_timeout = 200ms;
  return request;
}

/// Says nothing but to a ping, unless that is to be silent too; then "late" after so long.
scripted::Script silent(std::atomic<int>& pings, bool answers_pings,
                        std::chrono::milliseconds late = 5000ms) {
  return [&pings, answers_pings, late](Connection& connection) {
    while (const auto request = connection.read_request()) {
      const bool ping = request->target() == "/v1.41/_ping";
      if (ping) ++pings;
      if (!ping || !answers_pings) connection.hold(static_cast<int>(late.count()));
      connection.send(answer(200, ping ? "OK" : "late"));
    }
  };
}

RuntimeError failure_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const RuntimeError& error) {
    return error;
  }
  throw std::logic_error("it went well");
}

}  // namespace

TEST_CASE("an engine that has hung is waited for once", "[concurrent]") {
  std::atomic<int> pings{0};
  scripted::Server server({silent(pings, false)});
  const auto client = client_of(server);
  const auto first = failure_of([&] { client.ask("cannot do it", short_of_patience("/x")); });
  CHECK(first.kind() == RuntimeError::Kind::lost);
  CHECK(first.out_of_reach());
  CHECK_THAT(first.report(), ContainsSubstring("docker has hung") && ContainsSubstring("/_ping"));
  CHECK(pings == 1);
  const int connections = server.connections();
  for (int i = 0; i < 3; ++i)
    CHECK_THAT(failure_of([&] { client.ask("cannot do it", get("/y")); }).what(),
               ContainsSubstring("docker has hung"));
  CHECK(server.connections() == connections);  // so at once
}

TEST_CASE("a call that hangs in an engine that works fails alone", "[concurrent]") {
  std::atomic<int> pings{0};
  scripted::Server server({silent(pings, true)});
  const auto client = client_of(server);
  for (int i = 1; i <= 2; ++i) {
    const auto failure = failure_of([&] { client.ask("cannot do it", short_of_patience("/x")); });
    CHECK(failure.kind() == RuntimeError::Kind::lost);
    CHECK_THAT(failure.what(), !ContainsSubstring("has hung"));
    CHECK(pings == i);
  }
}

TEST_CASE("a command may be silent as long as its engine is there", "[concurrent]") {
  std::atomic<int> pings{0};
  std::string body;
  const auto run = [&](const EngineClient& client) {
    client.stream_in_silence(
        "cannot run it", get("/exec"), [&](std::string_view bytes) { body += bytes; },
        Cancellation::never());
  };
  SECTION("it is") {
    scripted::Server server({silent(pings, true, 1000ms)});
    run(client_of(server));
    CHECK(body == "late");
    CHECK(pings >= 2);
  }
  SECTION("it has hung") {
    scripted::Server server({silent(pings, false)});
    const auto client = client_of(server);
    CHECK_THAT(failure_of([&] { run(client); }).what(), ContainsSubstring("docker has hung"));
    CHECK(pings == 1);
  }
}

TEST_CASE("an engine that has ended is no hung one, and may come back", "[concurrent]") {
  scripted::Server server({[](Connection& connection) { connection.read_head(); },
                           scripted::answering(answer(200, "again"))});
  const auto client = client_of(server);
  CHECK(failure_of([&] { client.ask("cannot do it", get("/x")); }).kind() ==
        RuntimeError::Kind::lost);
  CHECK(client.ask("cannot do it", get("/x")).body == "again");
}
