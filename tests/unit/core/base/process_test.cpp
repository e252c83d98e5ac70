#include "core/base/process.hpp"

#include <chrono>
#include <cstdlib>
#include <signal.h>
#include <thread>
#include <unistd.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Clock = Cancellation::Clock;

namespace {

struct Ran {
  ProcessResult result;
  std::string output;
};

ProcessSpec program(std::vector<std::string> command) {
  ProcessSpec spec;
  spec.command = std::move(command);
  return spec;
}

ProcessSpec script(const std::string& text) {
  return program({"sh", "-c", text});
}

Ran run(const ProcessSpec& spec, const Cancellation& cancel = Cancellation::never()) {
  Ran ran;
  ran.result = run_process(
      spec, [&](std::string_view bytes) { ran.output += bytes; }, cancel);
  return ran;
}

Ran shell(const std::string& text, const Cancellation& cancel = Cancellation::never()) {
  return run(script(text), cancel);
}

Cancellation within(Clock::duration time) {
  return Cancellation::never().with_deadline(Clock::now() + time);
}

bool ends_soon(pid_t pid) {
  const auto until = Clock::now() + 5s;
  while (::kill(pid, 0) == 0 && Clock::now() < until) std::this_thread::sleep_for(10ms);
  return ::kill(pid, 0) != 0;
}

}  // namespace

TEST_CASE("a process gives its exit code and each of its outputs") {
  const auto ran = shell("echo out; echo err >&2; exit 7");
  CHECK(ran.result.code == 7);
  CHECK(ran.output == "out\n");
  CHECK(ran.result.error_output == "err\n");
}

TEST_CASE("a process that a signal ended has 128 + its number") {
  CHECK(shell("kill -TERM $$").result.code == 128 + SIGTERM);
}

TEST_CASE("arguments reach a process as they are") {
  CHECK(run(program({"printf", "%s|", "a b", "$HOME", "'\"\n", ""})).output == "a b|$HOME|'\"\n||");
}

TEST_CASE("stdin is empty unless there is an input") {
  auto spec = program({"cat"});
  CHECK(run(spec).output.empty());
  spec.input = std::string(300'000, 'x') + '\0';
  CHECK(run(spec).output == spec.input);
}

TEST_CASE("a process sees only the environment that was named") {
  ::setenv("PKGKILN_UNIT_SECRET", "x", 1);
  auto spec = program({"env"});
  spec.env = {{"A", "1 2\n3"}, {"HOME", "/h"}};
  const auto output = run(spec).output;
  CHECK_THAT(output, ContainsSubstring("A=1 2\n3\n"));
  CHECK_THAT(output, ContainsSubstring("HOME=/h\n"));
  CHECK(output.find("PKGKILN_UNIT_SECRET") == std::string::npos);
  spec.inherit.emplace_back("PKGKILN_UNIT_SECRET");
  CHECK_THAT(run(spec).output, ContainsSubstring("PKGKILN_UNIT_SECRET=x\n"));
}

TEST_CASE("a process starts in its working directory") {
  auto spec = program({"pwd"});
  spec.working_dir = "/usr";
  CHECK(run(spec).output == "/usr\n");
}

TEST_CASE("a missing program is an error that says what to install") {
  try {
    run(program({"pkgkiln-no-such-program"}));
    FAIL("it started");
  } catch (const Error& error) {
    CHECK(error.what_failed() == "cannot start 'pkgkiln-no-such-program'");
    CHECK(error.advice() == "install pkgkiln-no-such-program");
  }
}

TEST_CASE("a missing working directory isn't taken for a missing program") {
  auto spec = program({"true"});
  spec.working_dir = "/nonexistent/place";
  try {
    run(spec);
    FAIL("it started");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), ContainsSubstring("/nonexistent/place"));
    CHECK(error.advice().empty());
  }
}

TEST_CASE("large output comes whole, and of the errors the end is kept") {
  std::size_t bytes = 0;
  const auto result = run_process(
      script("head -c 20000000 /dev/zero; head -c 1000000 /dev/zero >&2; echo end >&2"),
      [&](std::string_view piece) { bytes += piece.size(); }, Cancellation::never());
  CHECK(bytes == 20'000'000);
  CHECK(result.error_output.size() == 65536);
  CHECK_THAT(result.error_output, Catch::Matchers::EndsWith("end\n"));
}

TEST_CASE("cancelling kills the process and what it started", "[concurrent]") {
  std::string pids;
  const auto began = Clock::now();
  CHECK_THROWS_AS(run_process(
                      script("sleep 600 & echo $$ $!; wait"),
                      [&](std::string_view bytes) { pids += bytes; }, within(500ms)),
                  Cancelled);
  CHECK(Clock::now() - began < 3s);
  CHECK(ends_soon(std::stoi(pids)));
  CHECK(ends_soon(std::stoi(pids.substr(pids.find(' ')))));
}

TEST_CASE("cancelling is noticed when the process has closed its outputs") {
  const auto began = Clock::now();
  CHECK_THROWS_AS(shell("exec >&- 2>&-; sleep 60", within(300ms)), Cancelled);
  CHECK(Clock::now() - began < 3s);
}

TEST_CASE("a process left behind doesn't hold up the return, and lives on") {
  const auto began = Clock::now();
  const auto ran = shell("sleep 60 & printf %s $!");
  CHECK(Clock::now() - began < 3s);
  CHECK(ran.result.code == 0);
  const auto pid = std::stoi(ran.output);
  CHECK(::kill(pid, 0) == 0);
  ::kill(pid, SIGKILL);
}

TEST_CASE("what the sink throws comes out, and the process is killed") {
  struct Full {};
  pid_t pid = 0;
  CHECK_THROWS_AS(run_process(
                      script("echo $$; sleep 60"),
                      [&](std::string_view bytes) {
                        pid = std::stoi(std::string(bytes));
                        throw Full();
                      },
                      Cancellation::never()),
                  Full);
  CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("processes run from several threads at once, each with its own output", "[concurrent]") {
  std::vector<std::thread> threads;
  std::vector<std::string> outputs(8);
  for (std::size_t i = 0; i < outputs.size(); ++i)
    threads.emplace_back([&, i] { outputs[i] = shell("echo " + std::to_string(i)).output; });
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < outputs.size(); ++i) CHECK(outputs[i] == std::to_string(i) + "\n");
}

TEST_CASE("a program and what it starts may take no more than it was given") {
  TempDir directory;
  ProcessSpec spec;
  spec.working_dir = directory.path().string();
  spec.limits = {.memory = 200U << 20U, .file = 1U << 20U, .cpu = 1};
  const auto ended_with = [&](const std::string& script) {
    // The limits come right after its beginning.
    spec.command = {"sh", "-c", "sleep 0.3; (" + script + ")"};
    return run_process(
               spec, [](std::string_view) {}, Cancellation::never())
        .code;
  };
  CHECK(ended_with("exit 7") == 7);
  CHECK(ended_with("head -c 5000000 /dev/zero > f; exit 0") == 0);
  CHECK(std::filesystem::file_size(directory.path() / "f") == 1U << 20U);
  CHECK(ended_with("while :; do :; done") == 128 + SIGKILL);
  CHECK(ended_with("head -c 400000000 /dev/zero | tail -c 390000000 > /dev/null") != 0);
}

TEST_CASE("a program is found by its path, or in PATH") {
  CHECK(find_program("/bin/sh") == "/bin/sh");
  CHECK(find_program("sh").value_or("").ends_with("/sh"));
  for (const auto* name : {"no-such-program", "/no/such/program", "/tmp", "/etc/passwd"})
    CHECK_FALSE(find_program(name));
}
