#include "runtimes/candidates.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

std::vector<std::string> lines(const RuntimeChoice& choice, const RuntimeEnvironment& around) {
  std::vector<std::string> list;
  for (const auto& candidate : candidates(choice, around))
    list.push_back((candidate.engine.empty() ? "any" : candidate.engine) + " " +
                   (candidate.refused.empty() ? candidate.socket + candidate.program : "refused"));
  return list;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a socket is a unix URL with an absolute path") {
  CHECK(parse_socket("unix:///run/x.sock") == "/run/x.sock");
  for (const auto* url : {"", "/run/x.sock", "unix://", "unix://relative"})
    CHECK_THROWS_AS(parse_socket(url), UsageError);
  for (const auto* scheme : {"tcp", "ssh", "npipe", "fd", "http"})
    CHECK_THROWS_WITH(parse_socket(std::string(scheme) + "://host"),
                      ContainsSubstring(scheme) && ContainsSubstring("only unix is supported"));
}

TEST_CASE("a choice of runtime is parsed without looking at anything") {
  CHECK(RuntimeChoice::parse("podman", "unix:///nonexistent").socket == "/nonexistent");
  CHECK(RuntimeChoice::parse("auto", "").socket.empty());
  CHECK_THROWS_WITH(RuntimeChoice::parse("lxc", ""), ContainsSubstring("auto, podman or docker"));
}

TEST_CASE("candidates come in the order in which they are to be tried") {
  const RuntimeEnvironment around{"unix:///c", "unix:///d", "/run/user/7", "/usr/bin/podman"};
  CHECK(lines({"auto", ""}, around) == Lines{"podman /c", "any /d",
                                             "podman /run/user/7/podman/podman.sock",
                                             "podman /run/podman/podman.sock",
                                             "any /var/run/docker.sock", "podman /usr/bin/podman"});
  CHECK(lines({"podman", ""}, around) ==
        Lines{"podman /c", "podman /d", "podman /run/user/7/podman/podman.sock",
              "podman /run/podman/podman.sock", "podman /usr/bin/podman"});
  CHECK(lines({"docker", ""}, around) == Lines{"docker /d", "docker /var/run/docker.sock"});
}

TEST_CASE("a configured socket is the only candidate") {
  const RuntimeEnvironment around{"unix:///c", "unix:///d", "/run/user/7", "/usr/bin/podman"};
  CHECK(lines({"auto", "/s"}, around) == Lines{"any /s"});
  CHECK(lines({"docker", "/s"}, around) == Lines{"docker /s"});
}

TEST_CASE("what can't be tried stays in the list with its reason") {
  const RuntimeEnvironment around{"ssh://host/run/podman.sock", "", "/run/user/7", ""};
  const auto all = candidates({"auto", ""}, around);
  REQUIRE(all.size() == 5);
  CHECK_THAT(all.front().refused, ContainsSubstring("ssh"));
  CHECK_THAT(all.back().refused, ContainsSubstring("PATH"));
}
