// Engines as they were seen, played by a server of ours.

#include <atomic>

#include "runtimes/docker/connection.hpp"
#include "runtimes/docker/docker_runtime.hpp"
#include "runtimes/podman/connection.hpp"
#include "runtimes/podman/podman_runtime.hpp"
#include "tests/catch.hpp"
#include "tests/server.hpp"

using namespace pkgkiln;
using namespace pkgkiln::runtimes;
using scripted::answer;

namespace {

std::shared_ptr<const EngineClient> client_of(const scripted::Server& server, Dialect dialect) {
  return std::make_shared<EngineClient>(
      std::make_unique<net::Client>(net::Endpoint::unix_domain(server.socket())),
      std::move(dialect));
}

scripted::Request sent_by_commit(const std::string& version) {
  scripted::Request sent;
  std::mutex mutex;
  const scripted::Server server({scripted::answering([&](const scripted::Request& request) {
    if (!request.path().ends_with("/commit"))
      return answer(200, R"({"Image":"i","Config":{"Env":["OLD=1"]}})");
    const std::lock_guard lock(mutex);
    sent = request;
    return answer(201, R"({"Id":"1"})");
  })});
  podman::PodmanImages images(
      client_of(server, {"podman", "/v4.0.0/libpod", "", &podman::classify, version}));
  CommitSpec spec;
  spec.name = "localhost/x:1";
  spec.env = {{"VALUE", "a \"b\"\n$HOME"}};
  CHECK(images.commit("c", spec) == "sha256:1");
  const std::lock_guard lock(mutex);
  return sent;
}

}  // namespace

TEST_CASE("a commit's values go to a newer Podman in the body, where no parser alters them") {
  const auto newer = sent_by_commit("5.4.2");
  CHECK(newer.head.find("changes=") == std::string::npos);
  CHECK(newer.body.find(R"("VALUE=a \"b\"\n$HOME")") != std::string::npos);
  const auto older = sent_by_commit("4.3.1");
  CHECK(older.head.find("changes=ENV%20VALUE") != std::string::npos);
  CHECK(older.body.empty());
}

TEST_CASE("a killed container is waited for while the engine still calls it running") {
  std::atomic<int> looks = 0;
  const scripted::Server server({scripted::answering([&](const scripted::Request& request) {
    if (request.method() != "GET") return answer(204, "");
    return ++looks < 3 ? answer(200, R"({"State":{"Running":true}})")
                       : answer(200, R"({"State":{"Running":false}})");
  })});
  docker::DockerRuntime runtime(client_of(server, {"docker", "/v1.41", "", &docker::classify}), {});
  runtime.kill("c");
  CHECK(looks == 3);
}
