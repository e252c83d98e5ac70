#include "runtimes/shared/conversation.hpp"

#include <fcntl.h>

#include "runtimes/docker/connection.hpp"
#include "runtimes/shared/json.hpp"
#include "tests/catch.hpp"
#include "tests/server.hpp"

using namespace pkgkiln;
using namespace pkgkiln::runtimes;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

constexpr const char* kUpgraded =
    "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

struct Nobody : Terminal {
  int input() const override { return null.get(); }
  std::optional<Size> size() override { return Size{1, 2}; }
  void show(OutputStream, std::string_view) override {}

  UniqueFd null{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
};

/// What comes of a conversation with such an engine: its output, or why there is none.
std::string said_by(const scripted::Script& engine, int* resized = nullptr) {
  const scripted::Server server({engine});
  const EngineClient client(
      std::make_unique<net::Client>(net::Endpoint::unix_domain(server.socket())),
      {"docker", "/v1.41", "/_ping", &docker::classify});
  const auto cancel = Cancellation::never().with_deadline(Cancellation::Clock::now() + 20s);
  std::string said;
  Nobody nobody;
  try {
    Conversation conversation(client, "cannot talk", post("/exec/x/start", "{}"), cancel);
    conversation.run(
        nobody, [&](std::string_view bytes) { said += bytes; },
        [&](Terminal::Size) { return resized == nullptr || ++*resized > 1; }, cancel);
  } catch (const RuntimeError& error) {
    return error.report();
  }
  return said;
}

scripted::Script answers(const std::string& bytes) {
  return [bytes](scripted::Connection& connection) {
    connection.read_request();
    connection.send(bytes);
  };
}

}  // namespace

TEST_CASE("a connection is asked for as engines want it, and what comes with the answer counts") {
  std::string head, body;
  const auto said = said_by([&](scripted::Connection& connection) {
    const auto request = connection.read_request();
    head = request->head;
    body = request->body;
    connection.send(kUpgraded + std::string("first"));
    connection.send(" more");
  });
  CHECK(said == "first more");
  CHECK(head.starts_with("POST /v1.41/exec/x/start HTTP/1.1\r\n"));
  CHECK_THAT(head, ContainsSubstring("Upgrade: tcp\r\n"));
  CHECK(body == "{}");
}

TEST_CASE("a size that an engine can't take yet is told again") {
  int resized = 0;
  said_by(
      [&](scripted::Connection& connection) {
        connection.read_request();
        connection.send(kUpgraded);
        connection.hold(500);
      },
      &resized);
  CHECK(resized == 2);
}

TEST_CASE("what answers in another way is an error with its words") {
  CHECK_THAT(said_by(answers("HTTP/1.1 409 Conflict\r\nContent-Length: 22\r\n\r\n"
                             R"({"message":"it ended"})")),
             ContainsSubstring("cannot talk") && ContainsSubstring("409") &&
                 ContainsSubstring("it ended"));
  CHECK_THAT(said_by(answers("SSH-2.0 hello\r\n\r\n")), ContainsSubstring("answered 0"));
  CHECK_THAT(said_by(answers("HTTP/1.1 200")), ContainsSubstring("speaks no HTTP"));
  CHECK_THAT(said_by(answers(std::string(200'000, 'x'))), ContainsSubstring("speaks no HTTP"));
}
