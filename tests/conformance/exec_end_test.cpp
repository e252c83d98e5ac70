// Execs that don't end by themselves.

#include <atomic>
#include <future>

#include "tests/catch.hpp"
#include "tests/conformance/failures.hpp"
#include "tests/conformance/sandbox.hpp"

using namespace pkgkiln;
using namespace conformance;
using namespace std::chrono_literals;
using Clock = Cancellation::Clock;

namespace {

/// How an exec ended: its code, or how it failed.
struct End {
  int code = -1;
  std::string failure;

  bool by_kill() const {
    return (failure == "not at all" && code == 137) || failure == "lost" || failure == "conflict" ||
           failure == "not_found";
  }
};

/// Runs `script` while `meanwhile` does something to the container; the exec must end soon after.
End end_of(Sandbox& box, const Script& script, const std::string& id,
           const std::function<void()>& meanwhile) {
  std::atomic<std::size_t> seen = 0;
  auto ended = std::async(std::launch::async, [&] {
    End end;
    end.failure = failure_of([&] {
      end.code = box.runtime.exec(
          id, Sandbox::exec_spec(script),
          [&](OutputStream, std::string_view bytes) { seen += bytes.size(); },
          Cancellation::never().with_deadline(Clock::now() + 60s));
    });
    return end;
  });
  if (&script == &script::endless)
    while (seen < 1'000'000 && ended.wait_for(10ms) != std::future_status::ready) {
    }
  else
    ended.wait_for(500ms);
  const auto began = Clock::now();
  meanwhile();
  const auto end = ended.get();
  CHECK(Clock::now() - began < 20s);
  return end;
}

}  // namespace

TEST_CASE("output without end ends when the container is killed") {
  Sandbox box;
  const auto id = box.run();
  const auto end = end_of(box, script::endless, id, [&] { box.runtime.kill(id); });
  INFO(end.failure << ' ' << end.code);
  CHECK(end.by_kill());
}

TEST_CASE("a silent exec ends when the container is killed") {
  Sandbox box;
  const auto id = box.run();
  const auto end = end_of(box, script::idle, id, [&] { box.runtime.kill(id); });
  INFO(end.failure << ' ' << end.code);
  CHECK(end.by_kill());
}

TEST_CASE("an exec ends when its container is removed") {
  Sandbox box;
  const auto id = box.run();
  const auto end = end_of(box, script::idle, id, [&] { box.runtime.remove(id); });
  INFO(end.failure << ' ' << end.code);
  CHECK(end.by_kill());
}

TEST_CASE("cancelling an exec is noticed soon, with and without output") {
  Sandbox box;
  const auto id = box.run();
  for (const auto* script : {&script::idle, &script::endless}) {
    const auto began = Clock::now();
    CHECK(failure_of([&] {
            box.runtime.exec(
                id, Sandbox::exec_spec(*script), [](OutputStream, std::string_view) {},
                Cancellation::never().with_deadline(began + 700ms));
          }) == "cancelled");
    CHECK(Clock::now() - began >= 700ms);
    CHECK(Clock::now() - began < 3s);
  }
}

TEST_CASE("what is cancelled before it begins doesn't begin") {
  Sandbox box;
  const auto id = box.run();
  Cancellation cancel;
  cancel.request(0);
  CHECK(failure_of([&] {
          box.runtime.exec(
              id, Sandbox::exec_spec(script::write, {{"WHERE", "/tmp/x"}, {"WHAT", "x"}}),
              [](OutputStream, std::string_view) {}, cancel);
        }) == "cancelled");
  CHECK(box.exec(id, script::stat, {{"WHERE", "/tmp/x"}}).code == 1);
}
