#include "runtimes/shared/values.hpp"

#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/engine_streams.hpp"
#include "runtimes/shared/images.hpp"
#include "runtimes/shared/json.hpp"
#include "runtimes/shared/process_limits.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace pkgkiln::runtimes;
using Kind = RuntimeError::Kind;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("a failed pull is told apart by its words") {
  struct Case {
    const char* words;
    Kind kind;
  };
  const std::vector<Case> cases = {
      {"manifest for 127.0.0.1:5055/x:y not found: manifest unknown: manifest unknown",
       Kind::not_found},
      {"initializing source docker://r.io/x:y: reading manifest y in r.io/x: manifest unknown",
       Kind::not_found},
      {"initializing source docker://r.io/x:y: reading manifest y in r.io/x: name unknown: "
       "repository name not known to registry",
       Kind::not_found},
      {"pull access denied for nosuch, repository does not exist or may require 'docker login'",
       Kind::not_found},
      {"unauthorized: authentication required", Kind::not_found},
      {"Get \"https://r.test/v2/\": dial tcp: lookup r.test: no such host", Kind::unreachable},
      {"pinging container registry 127.0.0.1:1: Get \"https://127.0.0.1:1/v2/\": dial tcp "
       "127.0.0.1:1: connect: connection refused",
       Kind::unreachable},
      {"Get \"https://r.test/v2/not found\": net/http: TLS handshake timeout", Kind::unreachable},
      {"toomanyrequests: You have reached your pull rate limit", Kind::unreachable},
      {"no space left on device", Kind::rejected},
      {"failed to register layer: Error processing tar file(exit status 1): unexpected EOF",
       Kind::rejected},
      {"failed to register layer: archive/tar: invalid tar header: unexpected EOF", Kind::rejected},
      {"failed to extract layer (application/vnd.docker.image.rootfs.diff.tar.gzip sha256:1) to "
       "overlayfs: unexpected EOF",
       Kind::rejected},
      {"copying system image from manifest list: writing blob: adding layer with blob "
       "\"sha256:1\": unpacking failed (error: exit status 1; output: unexpected EOF)",
       Kind::rejected},
      {"reading blob sha256:1: Get \"https://r.test/v2/\": unexpected EOF", Kind::unreachable},
  };
  for (const auto& [words, kind] : cases) {
    INFO(words);
    CHECK(classify_pull(words) == kind);
  }
}

TEST_CASE("an engine's words are one line, bounded, without control characters") {
  CHECK(words_of(R"({"message":"no such\ncontainer"})") == "no such container");
  CHECK(words_of("plain\r\n") == "plain");
  CHECK(words_of("") == "(no text)");
  CHECK(words_of("\x1b[2Jx") == "\\x1b[2Jx");
  CHECK(words_of(std::string(100'000, 'x')).size() == 1000);
  CHECK(words_of(std::string(100'000, '[')).size() == 1000);  // nesting costs no stack
}

TEST_CASE("a path is escaped segment by segment") {
  CHECK(escape_path("r.io:5000/a/b:t@sha256:0") == "r.io%3A5000/a/b%3At%40sha256%3A0");
  CHECK(escape_path("a/../b?c#d") == "a/../b%3Fc%23d");
}

TEST_CASE("what to do without a connection depends on the engine and the cause") {
  CHECK_THAT(connection_advice("docker", "unix:///var/run/docker.sock", "Permission denied"),
             ContainsSubstring("usermod -aG docker"));
  CHECK_THAT(connection_advice("podman", "unix:///run/user/7/podman/podman.sock", "No such file"),
             ContainsSubstring("systemctl --user start podman.socket"));
  CHECK_THAT(connection_advice("docker", "unix:///x", "Connection refused"),
             ContainsSubstring("systemctl start docker"));
}

TEST_CASE("what to do about a pull that failed depends on what the engine says") {
  const auto [words, advice] = GENERATE(table<std::string, std::string>(
      {{"ApplyLayer: potentially insufficient UIDs or GIDs available in user namespace (requested "
        "0:42 for /etc/gshadow): Check /etc/subuid and /etc/subgid",
        "65536 ids that nobody has"},
       {"write /var/lib/x: no space left on device",
        "free space where the engine keeps its images"},
       {"proxyconnect tcp: dial tcp 127.0.0.1:3128: connection refused",
        "check the proxy of the engine's service"},
       {"x509: certificate has expired or is not yet valid", "check the machine's clock"},
       {"http: server gave HTTP response to HTTPS client", "name it as insecure"}}));
  CHECK_THAT(pull_advice(words), ContainsSubstring(advice));
  CHECK(pull_advice("manifest unknown").empty());
}

TEST_CASE("times of engines are read in every form that they have") {
  using namespace std::chrono;
  const auto expected = sys_days(2024y / 2 / 29) + 12h + 34min + 56s;
  CHECK(time_from("2024-02-29T12:34:56Z") == expected);
  CHECK(time_from("2024-02-29T12:34:56.123456789Z") == expected);
  CHECK(time_from("2024-02-29T14:04:56+01:30") == expected);
  CHECK(time_from("2024-02-29T10:34:56.5-02:00") == expected);
  CHECK(time_from("") == system_clock::time_point());
  CHECK(time_from("2024-13-29T12:34:56Z") == system_clock::time_point());
  CHECK(time_from("2024-02-2xT12:34:56Z") == system_clock::time_point());
}

TEST_CASE("the digest of an image is that of its pull") {
  CHECK(pulled_digest({}) == "");
  CHECK(pulled_digest({"localhost/x@sha256:1"}) == "");
  CHECK(pulled_digest({"r.io/x@sha256:2", "r.io/x@sha256:1"}) == "sha256:1");
  CHECK(pulled_digest({"r.io/x@sha256:2", "r.io/x@sha256:1"}, "sha256:2") == "sha256:2");
  CHECK(pulled_digest({"r.io/x@sha256:2"}, "sha256:9") == "sha256:2");
  CHECK(pulled_digest({"localhost:5000/x@sha256:3", "nonsense"}) == "sha256:3");
}

TEST_CASE("a commit blanks what the container adds to its image") {
  CommitSpec spec;
  spec.env = {{"KEPT", "1"}};
  spec.labels = {{"own", "1"}};
  InheritedConfig inherited;
  inherited.container_env = {
      {"SECRET", "x"}, {"KEPT", "0"}, {"LANG", "C"}, {"PATH", "/x"}, {"HOME", "/root"}};
  inherited.image_env = {{"LANG", "C"}};
  inherited.container_labels = {{"run", "7"}, {"vendor", "v"}};
  inherited.image_labels = {{"vendor", "v"}};
  const auto whole = committed_config(spec, inherited);
  CHECK(whole.env == std::map<std::string, std::string>{{"KEPT", "1"}, {"SECRET", ""}});
  CHECK(whole.labels == Labels{{"own", "1"}, {"run", ""}});
}

TEST_CASE("lines are cut out of a stream, and bounded") {
  std::vector<std::string> lines;
  LineSplitter splitter([&](std::string_view line) { lines.emplace_back(line); });
  splitter.feed("one\ntw");
  splitter.feed("o\n\nthree");
  CHECK(lines == std::vector<std::string>{"one", "two", ""});
  splitter.finish();
  CHECK(lines.back() == "three");
  CHECK_THROWS_AS(splitter.feed(std::string(2U << 20U, 'x')), RuntimeError);
}

TEST_CASE("the hard limits are found in /proc's table") {
  const std::string table =
      "Limit                     Soft Limit           Hard Limit           Units     \n"
      "Max processes             1                    2                    processes \n"
      "Max open files            1024                 524288               files     \n";
  CHECK(process_limits_in(table) == ProcessLimits{524288, 2});
  CHECK_FALSE(process_limits_in("Max open files  1024  unlimited  files\n").open_files);
  CHECK_FALSE(process_limits_in("Max open files  1024\n99").open_files);
  CHECK(process_limits_in("") == ProcessLimits{});
}

TEST_CASE("open files are lowered to what the engine can give, and it is said") {
  Limits limits;
  std::vector<std::string> warnings;
  CHECK(lowered(limits, 10, warnings) == limits);
  limits.open_files = 10;
  CHECK(lowered(limits, 10, warnings) == limits);
  CHECK(lowered(limits, std::nullopt, warnings) == limits);
  CHECK(warnings.empty());
  CHECK(lowered(limits, 9, warnings).open_files == 9U);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings.front(), ContainsSubstring("9 instead of 10"));
}

TEST_CASE("limits that the engine refuses are left out, and it is said of those that were set") {
  Limits limits;
  limits.memory_bytes = 1;
  limits.pids = 2;
  limits.open_files = 3;
  std::vector<std::string> warnings;
  CHECK(without(limits, {}, warnings) == limits);
  CHECK(warnings.empty());
  const auto left = without(limits, {"memory", "cpus"}, warnings);
  CHECK_FALSE(left.memory_bytes);
  CHECK(left.pids == 2U);
  CHECK(left.open_files == 3U);
  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings.front(), ContainsSubstring("memory: not limited"));
}

TEST_CASE("lists are read from both engines' forms, and nothing foreign gets through") {
  const auto list = json::parse(R"([
    {"Id":"1","Names":["/a"],"Labels":{"k":"v"},"State":"running"},
    {"Id":"2","Names":["b"],"Labels":{"k":"w"},"State":"exited"},
    {"Id":"3","Names":null,"Labels":null}])");
  REQUIRE(list);
  const auto all = containers_from(*list);
  REQUIRE(all.size() == 3);
  CHECK((all[0].name == "a" && all[0].running));
  CHECK((all[1].name == "b" && !all[1].running));
  CHECK(all[2].name.empty());
  CHECK(only_labelled(all, {{"k", "v"}}).size() == 1);
  CHECK(only_labelled(all, {}).size() == 3);
  CHECK(containers_from(*json::parse("{}")).empty());
  CHECK(resources_from(*json::parse(R"([{"name":"n","labels":{"a":"b"}}])"), "name", "labels")
            .front()
            .labels == Labels{{"a", "b"}});
}

TEST_CASE("the networks of a container are those of its inspect, and none is none") {
  const auto names = [](const char* text) { return networks_from(*json::parse(text)); };
  CHECK(names(R"({"NetworkSettings":{"Networks":{"a":{},"none":{}}}})") ==
        std::vector<std::string>{"a"});
  CHECK(names(R"({"NetworkSettings":{}})").empty());
  CHECK(names("[]").empty());
}

TEST_CASE("label filters are JSON") {
  CHECK(json::label_filters({}) == "{}");
  CHECK(json::label_filters({{"a", "\"x\""}, {"b", "2"}}) == R"({"label":["a=\"x\"","b=2"]})");
}

TEST_CASE("a pull asks for the digest when there is one") {
  const auto digest = "sha256:" + std::string(64, 'a');
  CHECK(pull_reference(ImageRef::parse("r.io/a:t")) == "r.io/a:t");
  CHECK(pull_reference(ImageRef::parse("r.io/a:t@" + digest)) == "r.io/a@" + digest);
}
