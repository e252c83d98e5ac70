#include <atomic>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/net/http.hpp"
#include "tests/catch.hpp"
#include "tests/server.hpp"

using namespace pkgkiln;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using net::TransportError;
using scripted::Connection;
using scripted::Server;

namespace {

const Sink ignore = [](std::string_view) {};

struct Failure {
  TransportError::Kind kind;
  bool sent;
  std::string text;
};

Failure failure_of(net::Client& client, const net::Request& request,
                   const Cancellation& cancel = Cancellation::never(),
                   std::uint64_t limit = 1U << 20U) {
  try {
    client.send(request, cancel, limit);
  } catch (const TransportError& error) {
    return {error.kind(), error.sent(), error.what()};
  }
  FAIL("the request succeeded");
  throw std::logic_error("unreachable");
}

Source source_of(std::string text) {
  auto left = std::make_shared<std::string>(std::move(text));
  return [left](char* buffer, std::size_t size) {
    const auto given = std::min(size, left->size());
    std::memcpy(buffer, left->data(), given);
    left->erase(0, given);
    return given;
  };
}

}  // namespace

TEST_CASE("an answer comes with status, headers and body, whatever the status") {
  Server server({scripted::answering(scripted::answer(404, "no such thing", "X-Word:  a b \r\n"))});
  net::Client client(net::Endpoint::unix_domain(server.socket()));
  const auto response = client.send({});
  CHECK(response.status == 404);
  CHECK(response.header("x-word") == "a b");
  CHECK(response.body == "no such thing");
}

TEST_CASE("connections are kept between requests, but not for what must not be repeated",
          "[concurrent]") {
  Server server({scripted::answering(scripted::answer(200, "ok"))});
  net::Client client(net::Endpoint::unix_domain(server.socket()));
  for (int i = 0; i < 3; ++i) CHECK(client.send({}).body == "ok");
  CHECK(server.connections() == 1);
  net::Request post;
  post.method = "POST";
  client.send(post);
  CHECK(server.connections() == 2);
}

TEST_CASE("a request that may be repeated goes out on a kept connection, also a closed one",
          "[concurrent]") {
  std::atomic<int> posts = 0, whole = 0;
  Server server({[&](Connection& connection) {
    for (auto head = connection.read_head(); !head.empty(); head = connection.read_head()) {
      if (connection.read_body(4) == "what") ++whole;
      if (++posts == 3) return;  // closes it instead of an answer
      connection.send(scripted::answer(200, "ok"));
    }
  }});
  net::Client client(net::Endpoint::unix_domain(server.socket()));
  net::Request post;
  post.method = "POST";
  post.text = "what";
  post.repeatable = true;
  for (int i = 0; i < 3; ++i) CHECK(client.send(post).body == "ok");
  CHECK(posts == 4);
  CHECK(whole == 4);
  CHECK(server.connections() == 2);
  client.close_idle();
  CHECK(client.send(post).body == "ok");
  CHECK(server.connections() == 3);
}

TEST_CASE("a request body goes out with its length, chunked only without, and expects nothing") {
  std::string head, body;
  Server server({[&](Connection& connection) {
    head = connection.read_head();
    body = connection.read_body(5);
    connection.send(scripted::answer(200, ""));
    connection.hold(1000);
  }});
  net::Client client(net::Endpoint::unix_domain(server.socket()));
  net::Request request;
  request.method = "PUT";
  request.headers = {{"Content-Type", "application/x-tar"}};
  request.stream = source_of("hello");
  SECTION("length known") {
    request.length = 5;
    client.send(request);
    CHECK(body == "hello");
    CHECK_THAT(head, ContainsSubstring("Content-Length: 5"));
    CHECK(head.find("chunked") == std::string::npos);
  }
  SECTION("length unknown") {
    client.send(request);
    CHECK(body == "5\r\nhe");
    CHECK_THAT(head, ContainsSubstring("Transfer-Encoding: chunked"));
  }
  SECTION("text") {
    request.stream = nullptr;
    request.text = "hello";
    client.send(request);
    CHECK(body == "hello");
  }
  CHECK_THAT(head, ContainsSubstring("PUT / HTTP/1.1"));
  CHECK_THAT(head, ContainsSubstring("Content-Type: application/x-tar"));
  CHECK(head.find("Expect") == std::string::npos);
}

TEST_CASE("a body shorter than announced fails, and what a stream throws comes out") {
  Server server({[](Connection& connection) {
    connection.read_head();
    connection.hold(3000);
  }});
  net::Client client(net::Endpoint::unix_domain(server.socket()));
  net::Request request;
  request.method = "PUT";
  request.length = 10;
  request.stream = source_of("hello");
  CHECK_THROWS_WITH(client.send(request), ContainsSubstring("ended early"));
  request.stream = [](char*, std::size_t) -> std::size_t { throw Error("disk broken"); };
  CHECK_THROWS_WITH(client.send(request), ContainsSubstring("disk broken"));
}

TEST_CASE("a body is streamed as it comes, and what the sink throws comes out", "[concurrent]") {
  Server server({[](Connection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 200 OK\r\n\r\nfirst ");
    std::this_thread::sleep_for(50ms);
    connection.send("second");
  }});
  net::Client client(net::Endpoint::unix_domain(server.socket()));
  std::vector<std::string> parts;
  client.stream(
      {}, [&](std::string_view bytes) { parts.emplace_back(bytes); }, Cancellation::never());
  CHECK(parts == std::vector<std::string>{"first ", "second"});
  CHECK_THROWS_WITH(client.stream(
                        {}, [](std::string_view) { throw Error("full"); }, Cancellation::never()),
                    ContainsSubstring("full"));
}

TEST_CASE("no connection: nothing was sent") {
  const TempDir directory;
  const std::string path = directory.path() / "none.sock";
  net::Client client(net::Endpoint::unix_domain(path));
  SECTION("no socket") {
    const auto failure = failure_of(client, {});
    CHECK(failure.kind == TransportError::Kind::connect);
    CHECK_FALSE(failure.sent);
    CHECK_THAT(failure.text, ContainsSubstring("unix://" + path));
    CHECK_THAT(failure.text, ContainsSubstring("No such file"));
  }
  SECTION("nobody listens") {
    const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const auto failure = failure_of(client, {});
    CHECK(failure.kind == TransportError::Kind::connect);
    CHECK_FALSE(failure.sent);
    CHECK_THAT(failure.text, ContainsSubstring("refused"));
  }
}

TEST_CASE("an exchange that breaks off says that it was sent") {
  const auto script = GENERATE(as<std::string>{}, "", "HTTP/1.1 200 OK\r\n",
                               "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
                               "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhel",
                               "SSH-2.0-OpenSSH_9.2\r\n", "\x15\x03\x01garbage");
  INFO(script);
  Server server({[&](Connection& connection) {
    connection.read_head();
    connection.send(script);
  }});
  net::Client client(net::Endpoint::unix_domain(server.socket()));
  net::Request post;
  post.method = "POST";
  const auto failure = failure_of(client, post);
  CHECK(failure.kind == TransportError::Kind::broken);
  CHECK(failure.sent);
  CHECK(server.connections() == 1);  // and it was not repeated
}

TEST_CASE("what is too large is cut off") {
  SECTION("a body") {
    Server server({scripted::answering(scripted::answer(200, std::string(5000, 'x')))});
    net::Client client(net::Endpoint::unix_domain(server.socket()));
    CHECK(failure_of(client, {}, Cancellation::never(), 4999).kind ==
          TransportError::Kind::too_large);
    CHECK(client.send({}, Cancellation::never(), 5000).body.size() == 5000);
  }
  SECTION("headers") {
    Server server({[](Connection& connection) {
      connection.read_head();
      connection.send("HTTP/1.1 200 OK\r\n");
      for (int i = 0; i < 1000; ++i) connection.send("X: " + std::string(1000, 'x') + "\r\n");
      connection.hold(1000);
    }});
    net::Client client(net::Endpoint::unix_domain(server.socket()));
    const auto kind = failure_of(client, {}).kind;
    CHECK((kind == TransportError::Kind::too_large || kind == TransportError::Kind::broken));
  }
  SECTION("a refusal's body is only kept in part") {
    Server server({[](Connection& connection) {
      connection.read_head();
      connection.send("HTTP/1.1 500 X\r\n\r\n");
      for (int i = 0; i < 1000; ++i) connection.send(std::string(1000, 'x'));
    }});
    net::Client client(net::Endpoint::unix_domain(server.socket()));
    const auto response = client.send({});
    CHECK(response.status == 500);
    CHECK(response.body.size() == 256U * 1024);
  }
}

TEST_CASE("silence ends a request", "[concurrent]") {
  Server server({[](Connection& connection) {
    connection.read_head();
    connection.hold(5000);
  }});
  net::Client client(net::Endpoint::unix_domain(server.socket()));
  net::Request request;
  request.idle_timeout = 200ms;
  const auto failure = failure_of(client, request);
  CHECK(failure.kind == TransportError::Kind::timeout);
  CHECK(failure.sent);
}

TEST_CASE("a slow answer is no silence") {
  Server server({[](Connection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 6; ++i) {
      std::this_thread::sleep_for(150ms);
      connection.send("x");
    }
  }});
  net::Client client(net::Endpoint::unix_domain(server.socket()));
  net::Request request;
  request.idle_timeout = 500ms;
  CHECK(client.send(request).body == "xxxxxx");
}

TEST_CASE("a request stops soon after it was cancelled", "[concurrent]") {
  Server server({[](Connection& connection) {
    connection.read_head();
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    connection.hold(5000);
  }});
  net::Client client(net::Endpoint::unix_domain(server.socket()));
  Cancellation cancel;
  std::thread later([cancel]() mutable {
    std::this_thread::sleep_for(100ms);
    cancel.request(2);
  });
  const auto begin = std::chrono::steady_clock::now();
  CHECK_THROWS_AS(client.stream({}, ignore, cancel), Cancelled);
  later.join();
  CHECK(std::chrono::steady_clock::now() - begin < 1s);
}

TEST_CASE("redirects are followed only when asked for") {
  Server server({scripted::answering(scripted::answer(302, "moved", "Location: /there\r\n"))});
  net::Client client(net::Endpoint::unix_domain(server.socket()));
  CHECK(client.send({}).status == 302);
}

TEST_CASE("a header can't smuggle a second one") {
  const TempDir directory;
  net::Client client(net::Endpoint::unix_domain(directory.path() / "none.sock"));
  net::Request request;
  request.headers = {{"X", "a\r\nY: b"}};
  CHECK_THROWS_WITH(client.send(request), ContainsSubstring("line break"));
}
