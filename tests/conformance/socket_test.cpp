// [engine]: sockets with no engine, or none that is one, behind them.

#include "tests/catch.hpp"
#include "tests/conformance/failures.hpp"
#include "tests/conformance/opening.hpp"
#include "tests/conformance/server.hpp"

using namespace conformance;

namespace {

std::string failure_at(const std::filesystem::path& socket) {
  return failure_of([&] { open_at(socket.string())->runtime().info(); });
}

/// How opening fails when every request is answered so.
std::string failure_with_answer(const std::string& answer) {
  const pkgkiln::TempDir dir;
  const auto socket = dir.path() / "s";
  const Server server(socket, [&](int connection) {
    for (std::string request; read_request(connection, request);)
      if (!send_all(connection, answer)) return;
  });
  return failure_at(socket);
}

std::string http(const std::string& status, const std::string& type, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("a socket that isn't there is unreachable", "[engine]") {
  CHECK_FALSE(engine_socket().empty());
  CHECK(failure_at("/nonexistent/engine.sock") == "unreachable");
}

TEST_CASE("a socket that nobody listens on is unreachable", "[engine]") {
  CHECK_FALSE(engine_socket().empty());
  const pkgkiln::TempDir dir;
  const auto socket = dir.path() / "s";
  Server(socket, [](int) {}).stop();
  REQUIRE(std::filesystem::exists(socket));
  CHECK(failure_at(socket) == "unreachable");
}

TEST_CASE("a file that is no socket is unreachable", "[engine]") {
  CHECK_FALSE(engine_socket().empty());
  const pkgkiln::TempDir dir;
  pkgkiln::write_file_atomically(dir.path() / "s", "");
  CHECK(failure_at(dir.path() / "s") == "unreachable");
}

TEST_CASE("what answers but isn't such an engine is told apart", "[engine]") {
  CHECK_FALSE(engine_socket().empty());
  CHECK(failure_with_answer(http("200 OK", "text/html", "<html>hello</html>")) == "not_engine");
  CHECK(failure_with_answer(http("404 Not Found", "text/plain", "no")) == "not_engine");
  CHECK(failure_with_answer(http("200 OK", "application/json", "{}")) == "not_engine");
  CHECK(failure_with_answer("SSH-2.0-OpenSSH_9.2\r\n") == "not_engine");
}

TEST_CASE("a connection that is taken and closed is no engine or lost", "[engine]") {
  CHECK_FALSE(engine_socket().empty());
  const pkgkiln::TempDir dir;
  const auto socket = dir.path() / "s";
  const Server server(socket, [](int) {});
  const auto failure = failure_at(socket);
  CHECK((failure == "not_engine" || failure == "lost" || failure == "unreachable"));
}
