#include "core/runtime/errors.hpp"
#include "runtimes/podman/connection.hpp"
#include "runtimes/podman/podman_runtime.hpp"
#include "runtimes/shared/engine_runtime.hpp"
#include "tests/catch.hpp"
#include "tests/unit/runtimes/golden.hpp"

using namespace pkgkiln;
using namespace pkgkiln::runtimes;
using namespace pkgkiln::runtimes::podman;
using Kind = RuntimeError::Kind;

TEST_CASE("Podman from 4.0 on serves the API that we speak") {
  for (const auto* version : {"4.0.0", "4.3.1", "5.4.2", "6.0.0-dev", "10.1"}) {
    INFO(version);
    CHECK(serves_our_api(version));
  }
  for (const auto* version : {"", "3.4.4", "4", "x.y", "v4.3", "-5.0"}) {
    INFO(version);
    CHECK_FALSE(serves_our_api(version));
  }
}

TEST_CASE("Podman from 5 on takes the config of a commit as it is") {
  for (const auto* version : {"5.0.0", "5.4.2", "6.1.1", "10.0"})
    CHECK(takes_commit_config(version));
  for (const auto* version : {"4.3.1", "4.9.4", "", "5", "x"})
    CHECK_FALSE(takes_commit_config(version));
}

TEST_CASE("answers of libpod") {
  struct Case {
    int status;
    const char* words;
    Kind kind;
  };
  const std::vector<Case> cases = {
      {404, "no container with name or ID \"x\" found: no such container", Kind::not_found},
      {404, "no such image", Kind::not_found},
      {409, "can only kill running containers. x is in state exited: container state improper",
       Kind::conflict},
      {500,
       "container create: creating container storage: the container name \"x\" is already in "
       "use by \"y\". You have to remove that container to be able to reuse that name: that "
       "name is already in use",
       Kind::conflict},
      {500, "volume with name x already exists: volume already exists", Kind::conflict},
      {500, "unable to find user nosuch: no matching entries in passwd file", Kind::rejected},
      {500, "unable to find network with name or ID x: network not found", Kind::not_found},
      {500, "operation not permitted", Kind::rejected},
      {500, "container x is not connected to network y: network not found", Kind::not_found},
  };
  for (const auto& [status, words, kind] : cases) {
    INFO(status << " " << words);
    CHECK(classify(status, words) == kind);
  }
}

TEST_CASE("what is sent to libpod") {
  CHECK(golden::matches("podman/create_full", create_body(golden::full_spec(), {})));
  CHECK(golden::matches("podman/create_least", create_body(golden::least_spec(), {})));
  CHECK(golden::matches("podman/create_bounded", create_body(golden::least_spec(), {1024, 512})));
  CHECK(golden::matches("podman/network", network_body("n", {{"k", "v"}})));
  CHECK(golden::matches("podman/volume", runtimes::volume_body("v", {{"k", "v"}})));
  CHECK(golden::matches("podman/disconnect", runtimes::disconnect_body("c")));
}

TEST_CASE("a commit on libpod is told by instructions") {
  const auto changes = commit_changes(golden::commit_spec());
  std::vector<std::string> instructions;
  for (const auto& [key, instruction] : changes) {
    CHECK(key == "changes");
    instructions.push_back(instruction);
  }
  CHECK(instructions == std::vector<std::string>{
                            R"(CMD ["bash","-c","echo \"x\""])",
                            R"(ENV A="with 'quotes' "and" \")",
                            "ENV B=\"two\nlines\"",
                            R"(LABEL empty="")",
                            R"(LABEL io.pkgkiln.instance="i")",
                            "USER root",
                            "WORKDIR /build",
                        });
}

TEST_CASE("what Podman says of itself") {
  const auto info = [](const char* cgroups, const char* controllers, const char* rootless) {
    return info_from(*json::parse(std::string(R"({"version":{"Version":"4.3.1"},"host":{)") +
                                  R"("cgroupVersion":")" + cgroups + R"(","cgroupControllers":)" +
                                  controllers + R"(,"security":{"rootless":)" + rootless +
                                  R"(},"ociRuntime":{"name":"runc"}}})"));
  };
  const auto v1 = info("v1", R"(["memory","pids","cpu"])", "true");
  CHECK(v1.version == "4.3.1");
  CHECK(v1.rootless);
  CHECK(v1.oci_runtime == "runc");
  CHECK(v1.cgroup_version == "1");
  CHECK(v1.unenforceable_limits == std::vector<std::string>{"memory", "cpus", "pids"});
  CHECK(info("v2", R"(["memory","pids"])", "true").unenforceable_limits ==
        std::vector<std::string>{"cpus"});
  CHECK(info("v2", "null", "true").unenforceable_limits.size() == 3);
  CHECK(info("v1", "[]", "false").unenforceable_limits.empty());
}

TEST_CASE("messages of libpod's pull") {
  CHECK(pull_message_from(*json::parse(R"({"stream":"Copying blob\n"})")).line == "Copying blob\n");
  CHECK(pull_message_from(*json::parse(R"({"error":"x"})")).error == "x");
  CHECK(pull_message_from(*json::parse(R"({"images":["1"],"id":"1"})")).line.empty());
}

TEST_CASE("an image as libpod inspects it") {
  const auto image = image_from(*json::parse(R"({"Id":"1","RepoTags":["r.io/a:b"],
    "RepoDigests":["r.io/a@sha256:1","r.io/a@sha256:2"],"Digest":"sha256:2",
    "Created":"2024-01-01T00:00:00.5Z","Labels":{"k":"v"},"Config":{"Labels":{"k":"v"}}})"));
  CHECK(image.id == "sha256:1");
  CHECK(image.digest == "sha256:2");
  CHECK(image.labels == Labels{{"k", "v"}});
  CHECK(image_from(*json::parse("{}")).id == "");
  CHECK(image_from(*json::parse(R"({"Id":"sha256:1"})")).id == "sha256:1");
}
