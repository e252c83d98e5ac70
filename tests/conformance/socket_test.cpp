// [engine]: sockets with no engine, or none that is one, behind them.

#include "tests/catch.hpp"
#include "tests/conformance/failures.hpp"
#include "tests/conformance/opening.hpp"
#include "tests/server.hpp"

using namespace conformance;
using scripted::answer;
using scripted::Server;

namespace {

std::string failure_at(const std::filesystem::path& socket) {
  return failure_of([&] { open_at(socket.string())->runtime().info(); });
}

/// How opening fails when every request is answered so.
std::string failure_with_answer(const std::string& bytes) {
  const Server server({scripted::answering(bytes)});
  return failure_at(server.socket());
}

}  // namespace

TEST_CASE("a socket that isn't there is unreachable", "[engine]") {
  CHECK_FALSE(engine_socket().empty());
  CHECK(failure_at("/nonexistent/engine.sock") == "unreachable");
}

TEST_CASE("a socket that nobody listens on is unreachable", "[engine]") {
  CHECK_FALSE(engine_socket().empty());
  Server server({[](scripted::Connection&) {}});
  server.stop();
  REQUIRE(std::filesystem::exists(server.socket()));
  CHECK(failure_at(server.socket()) == "unreachable");
}

TEST_CASE("a file that is no socket is unreachable", "[engine]") {
  CHECK_FALSE(engine_socket().empty());
  const pkgkiln::TempDir dir;
  pkgkiln::write_file_atomically(dir.path() / "s", "");
  CHECK(failure_at(dir.path() / "s") == "unreachable");
}

TEST_CASE("what answers but isn't such an engine is told apart", "[engine]") {
  CHECK_FALSE(engine_socket().empty());
  CHECK(failure_with_answer(answer(200, "<html>hello</html>", "Content-Type: text/html\r\n")) ==
        "not_engine");
  CHECK(failure_with_answer(answer(404, "no", "Content-Type: text/plain\r\n")) == "not_engine");
  CHECK(failure_with_answer(answer(200, "{}", "Content-Type: application/json\r\n")) ==
        "not_engine");
  CHECK(failure_with_answer("SSH-2.0-OpenSSH_9.2\r\n") == "not_engine");
}

TEST_CASE("a connection that is taken and closed is no engine or lost", "[engine]") {
  CHECK_FALSE(engine_socket().empty());
  const Server server({[](scripted::Connection&) {}});
  const auto failure = failure_at(server.socket());
  CHECK((failure == "not_engine" || failure == "lost" || failure == "unreachable"));
}
