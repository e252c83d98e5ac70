#include "core/runtime/errors.hpp"
#include "runtimes/docker/connection.hpp"
#include "runtimes/docker/docker_runtime.hpp"
#include "runtimes/shared/engine_runtime.hpp"
#include "tests/catch.hpp"
#include "tests/unit/runtimes/golden.hpp"

using namespace pkgkiln;
using namespace pkgkiln::runtimes;
using namespace pkgkiln::runtimes::docker;
using Kind = RuntimeError::Kind;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("the Docker API version is agreed on") {
  CHECK(negotiate("1.41", "1.12").text() == "1.41");  // 20.10
  CHECK(negotiate("1.44", "1.24").text() == "1.44");
  CHECK(negotiate("1.47", "1.24").text() == "1.47");
  CHECK(negotiate("1.52", "1.44").text() == "1.47");  // 29
  CHECK(negotiate("1.60", "1.47").text() == "1.47");
  CHECK(negotiate("2.0", "1.40").text() == "1.47");
  CHECK(negotiate("1.45", "").text() == "1.45");
}

TEST_CASE("a Docker engine with no API version in common is refused, naming the older side") {
  CHECK_THROWS_WITH(negotiate("1.40", "1.12"), ContainsSubstring("ends at 1.40"));
  CHECK_THROWS_WITH(negotiate("1.9", "1.0"), ContainsSubstring("ends at 1.9"));
  CHECK_THROWS_WITH(negotiate("1.60", "1.48"), ContainsSubstring("begins at 1.48"));
  for (const auto* nonsense : {"", "1", "1.", "one.two", "1.41.2", "-1.41", "1.99999999999"})
    CHECK_THROWS_AS(negotiate(nonsense, "1.12"), RuntimeError);
}

TEST_CASE("answers of the Docker engine") {
  struct Case {
    int status;
    const char* words;
    Kind kind;
  };
  const std::vector<Case> cases = {
      {404, "No such container: x", Kind::not_found},
      {404, "No such image: x:latest", Kind::not_found},
      {404, "network x not found", Kind::not_found},
      {404, "could not find an available, non-overlapping IPv4 address pool among the defaults",
       Kind::rejected},
      {409, "Conflict. The container name \"/x\" is already in use by container \"y\".",
       Kind::conflict},
      {409, "Container x is not running", Kind::conflict},
      {403, "error while removing network: network x id y has active endpoints", Kind::conflict},
      {500, "container x is not connected to network y", Kind::not_found},
      {500, "OCI runtime create failed", Kind::rejected},
      {400, "invalid reference format", Kind::rejected},
      {400, "client version 1.41 is too old. Minimum supported API version is 1.44",
       Kind::not_engine},
  };
  for (const auto& [status, words, kind] : cases) {
    INFO(status << " " << words);
    CHECK(classify(status, words) == kind);
  }
}

TEST_CASE("what is sent to the Docker engine") {
  CHECK(golden::matches("docker/create_full", create_body(golden::full_spec())));
  CHECK(golden::matches("docker/create_least", create_body(golden::least_spec())));
  CHECK(golden::matches("docker/network", network_body("n", {{"k", "v"}})));
  CHECK(golden::matches("docker/volume", runtimes::volume_body("v", {{"k", "v"}})));
  CHECK(golden::matches("docker/disconnect", runtimes::disconnect_body("c")));
  CHECK(golden::matches("docker/commit", commit_body(golden::commit_spec())));
}

TEST_CASE("what the Docker engine says of itself") {
  const auto info = info_from(*json::parse(R"({"ServerVersion":"27.1","CgroupVersion":"2",
    "DefaultRuntime":"runc","SecurityOptions":["name=seccomp,profile=builtin","name=rootless"],
    "MemoryLimit":true,"CpuCfsQuota":false,"PidsLimit":true})"));
  CHECK(info.version == "27.1");
  CHECK(info.rootless);
  CHECK(info.oci_runtime == "runc");
  CHECK(info.cgroup_version == "2");
  CHECK(info.unenforceable_limits == std::vector<std::string>{"cpus"});
  CHECK_FALSE(info_from(*json::parse(R"({"SecurityOptions":null})")).rootless);
}

TEST_CASE("the peak memory is told only where Docker knows it") {
  const auto peak = [](const char* text) {
    return usage_from(*json::parse(text)).peak_memory_bytes;
  };
  CHECK(peak(R"({"memory_stats":{"max_usage":5000000000}})") == 5'000'000'000U);
  CHECK_FALSE(peak(R"({"memory_stats":{"usage":7}})"));
  CHECK_FALSE(peak(R"({"memory_stats":{"max_usage":0}})"));
  CHECK_FALSE(peak(R"({"memory_stats":{"max_usage":-1}})"));
}

TEST_CASE("messages of Docker's pull") {
  const auto read = [](const char* text) { return pull_message_from(*json::parse(text)); };
  CHECK(read(R"({"status":"Pulling from library/x","id":"latest"})").line ==
        "latest: Pulling from library/x");
  CHECK(read(R"({"status":"Downloading","progress":"[=> ]","id":"a"})").line.empty());
  CHECK(read(R"({"errorDetail":{"message":"no such host"},"error":"x"})").error == "no such host");
  CHECK(read(R"({"error":"x"})").error == "x");
}

TEST_CASE("the layers of a pull are added up, with a total once all sizes are known") {
  PulledLayers layers;
  const auto note = [&](const std::string& id, const std::string& status,
                        const char* detail = "{}") {
    return layers.note(
        pull_message_from(*json::parse(R"({"status":")" + status + R"(","progressDetail":)" +
                                       detail + R"(,"id":")" + id + "\"}")));
  };
  CHECK_FALSE(note("latest", "Pulling from library/x"));
  CHECK_FALSE(note("a", "Pulling fs layer"));
  CHECK_FALSE(note("b", "Pulling fs layer"));
  CHECK(note("c", "Already exists"));
  CHECK(note("a", "Downloading", R"({"current":10,"total":100})"));
  CHECK(layers.bytes() == 10);
  CHECK(layers.total() == 0);
  CHECK(note("b", "Downloading", R"({"current":5,"total":50})"));
  CHECK(layers.total() == 150);
  CHECK(note("a", "Download complete"));
  CHECK(note("a", "Extracting", R"({"current":1,"total":100})"));
  CHECK(layers.bytes() == 105);
}

TEST_CASE("an image as Docker inspects it") {
  const auto image = image_from(*json::parse(R"({"Id":"sha256:1","RepoTags":["a:b"],
    "RepoDigests":["a@sha256:2"],"Created":"2024-01-01T00:00:00Z","Config":{"Labels":{"k":"v"}}})"));
  CHECK(image.id == "sha256:1");
  CHECK(image.names == std::vector<std::string>{"a:b"});
  CHECK(image.digest == "sha256:2");
  CHECK(image.labels == Labels{{"k", "v"}});
}
