// Running commands: exit codes, output, and how they end.

#include <sstream>
#include <thread>

#include "tests/catch.hpp"
#include "tests/conformance/failures.hpp"
#include "tests/conformance/memory.hpp"
#include "tests/conformance/sandbox.hpp"

using namespace pkgkiln;
using namespace conformance;

namespace {

/// The numbers of `count`'s lines on one stream, in their order.
std::string counted(const std::string& stream) {
  std::ostringstream lines;
  for (int i = 1; i <= 2000; ++i) lines << stream << ' ' << i << '\n';
  return lines.str();
}

}  // namespace

TEST_CASE("an exec gives the command's exit code") {
  Sandbox box;
  const auto id = box.run();
  for (const int code : {0, 1, 4, 42, 126, 255})
    CHECK(box.exec(id, script::exit_with, {{"CODE", std::to_string(code)}}).code == code);
}

TEST_CASE("output comes on its stream, as it was written") {
  Sandbox box;
  const auto id = box.run();
  const auto both = box.exec(id, script::print, {{"OUT", "to out\n"}, {"ERR", "to err\n"}});
  CHECK(both.out == "to out\n");
  CHECK(both.err == "to err\n");

  const auto unended = box.exec(id, script::print, {{"OUT", "a\n\nb"}, {"ERR", "\r\tc"}});
  CHECK(unended.out == "a\n\nb");
  CHECK(unended.err == "\r\tc");

  const auto nothing = box.exec(id, script::print);
  CHECK(nothing.out.empty());
  CHECK(nothing.err.empty());
}

TEST_CASE("each stream keeps its order") {
  Sandbox box;
  const auto result = box.exec(box.run(), script::count);
  CHECK(result.code == 0);
  CHECK(result.out == counted("out"));
  CHECK(result.err == counted("err"));
}

TEST_CASE("large output passes through a small memory") {
  Sandbox box;
  const auto id = box.run();
  std::uint64_t bytes = 0;
  bool all_x = true;
  const auto growth = peak_growth([&] {
    box.runtime.exec(
        id, Sandbox::exec_spec(script::flood),
        [&](OutputStream, std::string_view piece) {
          bytes += piece.size();
          all_x = all_x && piece.find_first_not_of('x') == std::string_view::npos;
        },
        Cancellation::never());
  });
  CHECK(bytes == 52'428'800);
  CHECK(all_x);
  CHECK(growth < (16U << 20U));
}

TEST_CASE("stdin is empty") {
  Sandbox box;
  const auto result = box.exec(box.run(), script::echo_stdin);
  CHECK(result.code == 0);
  CHECK(result.out.empty());
}

TEST_CASE("a missing command has exit code 126 or 127") {
  Sandbox box;
  ExecSpec spec;
  spec.command = {"/no/such/command"};
  const auto code = box.exec(box.run(), spec).code;
  CHECK((code == 126 || code == 127));
}

TEST_CASE("an unknown user is rejected") {
  Sandbox box;
  auto spec = Sandbox::exec_spec(script::identity);
  spec.user = "no-such-user";
  const auto id = box.run();
  CHECK(failure_of([&] { box.exec(id, spec); }) == "rejected");
}

TEST_CASE("nothing is run in a container that doesn't run") {
  Sandbox box;
  const auto id = box.runtime.create(box.spec()).id;
  CHECK(failure_of([&] { box.exec(id, script::identity); }) == "conflict");
  box.runtime.start(id);
  box.runtime.kill(id);
  CHECK(failure_of([&] { box.exec(id, script::identity); }) == "conflict");
}

TEST_CASE("a daemon left behind holds nothing up and lives on") {
  Sandbox box;
  const auto id = box.run();
  const auto began = Cancellation::Clock::now();
  const auto result = box.exec(id, script::leave_daemon);
  CHECK(Cancellation::Clock::now() - began < std::chrono::seconds(10));
  CHECK(result.code == 0);
  CHECK(result.out == "started\n");
  CHECK(box.exec(id, script::daemon_lives).code == 0);
}

TEST_CASE("what the sink throws comes out") {
  struct Full {};
  Sandbox box;
  const auto id = box.run();
  const auto throw_full = [](OutputStream, std::string_view) { throw Full(); };
  CHECK_THROWS_AS(
      box.runtime.exec(id, Sandbox::exec_spec(script::endless), throw_full, Cancellation::never()),
      Full);
}

TEST_CASE("several containers work at once, each with its own output") {
  Sandbox box;
  std::vector<Result> results(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < results.size(); ++i)
    threads.emplace_back([&, i] {
      const auto text = std::to_string(i);
      const auto id = box.run(box.spec(text));
      for (int round = 0; round < 3; ++round)
        results[i] = box.exec(id, script::print, {{"OUT", text}, {"ERR", text}});
      box.runtime.remove(id);
    });
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < results.size(); ++i) {
    CHECK(results[i].out == std::to_string(i));
    CHECK(results[i].err == std::to_string(i));
  }
}
