#include "runtimes/open_runtime.hpp"

#include <chrono>
#include <thread>

#include "core/base/file.hpp"
#include "core/runtime/errors.hpp"
#include "tests/catch.hpp"
#include "tests/server.hpp"

using namespace pkgkiln;
using Kind = RuntimeError::Kind;
using Catch::Matchers::ContainsSubstring;
using scripted::answer;
using scripted::Connection;
using scripted::Server;

namespace {

RuntimeError failure_of(const RuntimeChoice& choice, const RuntimeEnvironment& around = {}) {
  try {
    open_runtime(choice, around);
  } catch (const RuntimeError& error) {
    return error;
  }
  throw std::logic_error("an engine was opened");
}

/// Answers by the path of the request.
scripted::Script playing(std::vector<std::pair<std::string, std::string>> answers) {
  return scripted::answering([answers = std::move(answers)](const scripted::Request& request) {
    for (const auto& [path, given] : answers)
      if (request.target() == path) return given;
    return answer(404, R"({"message":"page not found"})");
  });
}

const std::string kDockerVersion =
    answer(200, R"({"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"})");
const std::string kDockerInfo = answer(200, R"({"ServerVersion":"20.10.24"})");

}  // namespace

TEST_CASE("a Docker engine is known by its answers, whatever kind was expected") {
  Server server({playing({{"/version", kDockerVersion}, {"/v1.41/info", kDockerInfo}})});
  const auto kind = GENERATE(as<std::string>{}, "auto", "docker");
  const auto opened = open_runtime({kind, server.socket()}, {});
  CHECK(opened->info().engine == "docker");
  CHECK(opened->info().api_version == "1.41");
  CHECK(opened->info().socket == "unix://" + server.socket());
  REQUIRE(opened->tried().size() == 1);
  CHECK_THAT(opened->tried().front(), ContainsSubstring("taken"));
}

TEST_CASE("Podman is known by its answers") {
  Server server(
      {playing({{"/libpod/_ping", answer(200, "OK", "Libpod-API-Version: 4.3.1\r\n")},
                {"/v4.0.0/libpod/info", answer(200, R"({"version":{"Version":"4.3.1"}})")}})});
  CHECK(open_runtime({"auto", server.socket()}, {})->info().engine == "podman");
}

TEST_CASE("an engine of the other kind, too old a one, or no engine is not taken for one") {
  Server docker({playing({{"/version", kDockerVersion}})});
  CHECK(failure_of({"podman", docker.socket()}).kind() == Kind::not_engine);
  Server compatible({playing(
      {{"/version",
        answer(200, R"({"ApiVersion":"1.41","Components":[{"Name":"Podman Engine"}]})")}})});
  const auto other = failure_of({"docker", compatible.socket()});
  CHECK(other.kind() == Kind::not_engine);
  CHECK_THAT(other.report(), ContainsSubstring("kind = \"podman\""));
  Server old({playing({{"/libpod/_ping", answer(200, "OK", "Libpod-API-Version: 3.4.4\r\n")}})});
  CHECK_THAT(failure_of({"podman", old.socket()}).report(), ContainsSubstring("3.4.4"));
  Server web({scripted::answering(answer(200, "<html>hello</html>"))});
  CHECK(failure_of({"auto", web.socket()}).kind() == Kind::not_engine);
}

TEST_CASE("what speaks no HTTP is no engine") {
  const auto bytes =
      GENERATE(as<std::string>{}, "SSH-2.0-OpenSSH_9.2\r\n", "", "HTTP/1.1 200 OK\r\nContent-Len",
               "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
  Server server({[&](Connection& connection) {
    connection.read_head();
    connection.send(bytes);
  }});
  const auto failure = failure_of({"docker", server.socket()});
  CHECK(failure.kind() == Kind::not_engine);
  CHECK_THAT(failure.report(), ContainsSubstring(server.socket()));
}

TEST_CASE("a missing socket is reported with what to do") {
  const auto failure = failure_of({"docker", "/nonexistent/docker.sock"});
  CHECK(failure.kind() == Kind::unreachable);
  CHECK_THAT(failure.report(), ContainsSubstring("unix:///nonexistent/docker.sock"));
  CHECK_THAT(failure.report(), ContainsSubstring("No such file or directory"));
  CHECK_THAT(failure.report(), ContainsSubstring("systemctl start docker"));
}

TEST_CASE("the first candidate that answers is taken, and the rest is told", "[concurrent]") {
  Server server({playing({{"/version", kDockerVersion}, {"/v1.41/info", kDockerInfo}})});
  const auto opened = open_runtime({"auto", ""}, {"ssh://elsewhere", "unix://" + server.socket(),
                                                  "/nonexistent", "/nonexistent/podman"});
  REQUIRE(opened->tried().size() == 2);
  CHECK_THAT(opened->tried()[0], ContainsSubstring("CONTAINER_HOST") && ContainsSubstring("ssh"));
  CHECK_THAT(opened->tried()[1], ContainsSubstring("DOCKER_HOST") && ContainsSubstring("taken"));
}

TEST_CASE("a program that is no Podman is reported with its last words") {
  const TempDir directory;
  const std::string program = directory.path() / "podman";
  write_file_atomically(program, "#!/bin/sh\necho 'cannot set up namespace' >&2\nexit 125\n", 0755);
  Server web({scripted::answering(answer(200, "hello"))});
  const auto failure =
      failure_of({"podman", ""}, {"unix://" + web.socket(), "", "/nonexistent", program});
  CHECK_THAT(failure.report(), ContainsSubstring("cannot set up namespace"));
  CHECK_THAT(failure.report(), ContainsSubstring("/nonexistent/podman/podman.sock"));
}

TEST_CASE("an engine is opened when something is asked of it, and once") {
  Server server(
      {playing({{"/version", kDockerVersion},
                {"/v1.41/info", kDockerInfo},
                {"/v1.41/images/x/json", answer(404, R"({"message":"no such image"})")}})});
  const auto later = open_when_needed({"docker", server.socket()}, {});
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(server.connections() == 0);
  CHECK_FALSE(later->images().inspect("x"));
  CHECK(later->runtime().info().engine == "docker");
  CHECK(later->info().api_version == "1.41");
  CHECK(later->tried().size() == 1);
}

TEST_CASE("an engine that can't be opened when it is needed says why each time, without waiting") {
  Server web({scripted::answering(answer(200, "<html>hello</html>"))});
  const auto later = open_when_needed({"docker", web.socket()}, {});
  CHECK_THROWS_AS(later->runtime().list({}), RuntimeError);
  const int connections = web.connections();
  CHECK_THROWS_AS(later->images().list({}), RuntimeError);
  CHECK(web.connections() == connections);
}
