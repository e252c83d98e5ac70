#include "core/git/ask/host.hpp"

#include "tests/catch.hpp"
#include "tests/server.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

const git::Politeness kImpatient{8, 30s, {20s, 5ms, 10ms, 3}};

}  // namespace

TEST_CASE("a host that wasn't reached is not tried again soon, by anybody") {
  git::Host host("http://127.0.0.1:1", kImpatient);
  CHECK_THROWS_WITH(host.ask({}, kNever), ContainsSubstring("tried 3 times"));
  // A single attempt has nothing to say of three: it is what was found out before.
  CHECK_THROWS_WITH(host.ask_once({}, kNever), ContainsSubstring("tried 3 times"));
  CHECK_THROWS_AS(host.ask({}, kNever), net::TransportError);
}

TEST_CASE("an exchange that broke off says nothing of the next one") {
  scripted::Server server({[](scripted::Connection& connection) { connection.read_head(); },
                           scripted::answering(scripted::answer(200, "ok"))},
                          scripted::Server::On::port);
  git::Host host(server.url(), kImpatient);
  CHECK_THROWS_AS(host.ask_once({}, kNever), net::TransportError);
  CHECK(host.ask({}, kNever).body == "ok");
}

TEST_CASE("a host is the same whenever it is asked for, and its idle connections are bounded") {
  scripted::Server server({scripted::answering(scripted::answer(200, "ok"))},
                          scripted::Server::On::port);
  git::Hosts hosts(kImpatient);
  auto& host = hosts.at(server.url());
  host.ask({}, kNever);
  CHECK(&hosts.at(server.url()) == &host);
  host.ask({}, kNever);
  CHECK(server.connections() == 1);
  for (int i = 0; i < 40; ++i) hosts.at("http://" + std::to_string(i) + ".example");
  host.ask({}, kNever);
  CHECK(server.connections() == 2);
}
