#include "core/vieter/server_logs.hpp"

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/vieter/scripted_vieter.hpp"

using namespace pkgkiln;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using scripted::Vieter;
using vieter::Version;

namespace {

struct LogsSetup {
  TempDir directory;
  Vieter there;
  Target target;
  BuildRecord build;

  explicit LogsSetup(Version version) {
    there.be(version, version == Version::v0_2 ? "{}" : "[]");
    target.vieter_id = 12;
    build.status = Status::failed;
    build.exit_code = 4;
    build.started = std::chrono::system_clock::time_point(1'000s + 900ms);
    build.finished = std::chrono::system_clock::time_point(1'007s);
    build.log = directory.path() / "log";
    write_file_atomically(build.log, "all that was said\n");
  }

  void deliver() {
    vieter::Server server(there.settings());
    vieter::ServerLogs(server).deliver(target, build);
  }
  std::string posted() const {
    for (const auto& line : there.lines())
      if (line.starts_with("POST ")) return line;
    return {};
  }
};

}  // namespace

TEST_CASE("a log is delivered with what the version wants to know") {
  const auto [version, line] = GENERATE(table<Version, std::string>({
      {Version::v0_3, "POST /api/logs?repo=12&startTime=1000&endTime=1007&arch=x86_64&exitCode=4"},
      {Version::v0_4,
       "POST /api/v1/logs?target=12&startTime=1000&endTime=1007&arch=x86_64&exitCode=4"},
  }));
  LogsSetup all(version);
  all.there.on(line, "{}");
  all.deliver();
  CHECK(all.posted() == line);
  CHECK(all.there.requests().back().body == "all that was said\n");
  CHECK_THAT(all.there.requests().back().head, ContainsSubstring("Content-Length: 18\r\n"));
}

TEST_CASE("exit codes tell what became of a build") {
  const auto [status, code, expected] = GENERATE(table<std::string, int, std::string>({
      {"built", 0, "exitCode=0"},
      {"up-to-date", 0, "exitCode=0"},
      {"unpublished", 0, "exitCode=0"},
      {"failed", 8, "exitCode=8"},
      {"failed", 0, "exitCode=1"},
      {"timed-out", 0, "exitCode=124"},
  }));
  LogsSetup all(Version::v0_4);
  all.build.status = status_of(status).value();
  all.build.exit_code = code;
  all.deliver();  // a 404: the server keeps no logs, which is no error
  CHECK_THAT(all.posted(), ContainsSubstring(expected));
}

TEST_CASE("times are never nothing and never the wrong way round") {
  LogsSetup all(Version::v0_4);
  all.build.started = {};
  all.build.finished = std::chrono::system_clock::time_point(-5s);
  all.deliver();
  CHECK_THAT(all.posted(), ContainsSubstring("startTime=1&endTime=1&"));
}

TEST_CASE("nothing is delivered where it is not wanted") {
  LogsSetup old(GENERATE(Version::seed, Version::v0_2));
  old.deliver();
  CHECK(old.posted().empty());
  LogsSetup unknown(Version::v0_4);
  unknown.target.vieter_id = 0;
  unknown.deliver();
  CHECK(unknown.there.requests().empty());
}

TEST_CASE("a log that can't be delivered says why") {
  LogsSetup all(Version::v0_4);
  all.there.on("POST /api/v1/logs?target=12&startTime=1000&endTime=1007&arch=x86_64&exitCode=4",
               400, R"({"message": "Missing or invalid startTime."})");
  CHECK_THROWS_WITH(all.deliver(), ContainsSubstring("400") && ContainsSubstring("startTime"));
  CHECK_THROWS_AS(all.deliver(), Undeliverable);
}

TEST_CASE("a log that may be taken another time is not given up") {
  LogsSetup all(Version::v0_4);
  all.there.on("POST /api/v1/logs?target=12&startTime=1000&endTime=1007&arch=x86_64&exitCode=4",
               GENERATE(401, 403, 500), "");
  try {
    all.deliver();
    FAIL("it was delivered");
  } catch (const Undeliverable&) {
    FAIL("it was given up");
  } catch (const Error&) {
  }
}
