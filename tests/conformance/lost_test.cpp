// [engine]: the way to the engine breaks in the middle.

#include <atomic>
#include <future>

#include "tests/catch.hpp"
#include "tests/conformance/failures.hpp"
#include "tests/conformance/relay.hpp"
#include "tests/conformance/sandbox.hpp"
#include "tests/conformance/tar.hpp"

using namespace pkgkiln;
using namespace conformance;
using namespace std::chrono_literals;

namespace {

Cancellation within_a_minute() {
  return Cancellation::never().with_deadline(Cancellation::Clock::now() + 1min);
}

/// How an endless exec over a relay fails when `breaks` is called in its middle.
std::string failure_of_exec(const std::string& id, Relay& relay, const Script& script,
                            const std::function<void()>& breaks) {
  const auto over_relay = open_at(relay.socket());
  auto failure = std::async(std::launch::async, [&] {
    return failure_of([&] {
      over_relay->runtime().exec(
          id, Sandbox::exec_spec(script), [](OutputStream, std::string_view) {}, within_a_minute());
    });
  });
  failure.wait_for(1s);
  breaks();
  return failure.get();
}

}  // namespace

TEST_CASE("an engine that goes away during an exec is lost", "[engine]") {
  Sandbox box;
  const auto id = box.run();
  for (const auto* script : {&script::endless, &script::idle}) {
    Relay own(engine_socket());
    CHECK(failure_of_exec(id, own, *script, [&] { own.stop(); }) == "lost");
  }
}

TEST_CASE("an exec that still runs when its stream ends is lost, not ended", "[engine]") {
  Sandbox box;
  Relay relay(engine_socket());
  const auto id = box.run();
  CHECK(failure_of_exec(id, relay, script::idle, [&] { relay.cut(); }) == "lost");
}

TEST_CASE("an engine that goes away during a copy out is lost", "[engine]") {
  Sandbox box;
  Relay relay(engine_socket());
  const auto over_relay = open_at(relay.socket());
  const auto id = box.run();
  const auto tar = make_tar({{TarEntry::Type::file, "large", std::string(20U << 20U, 'x')}});
  box.runtime.copy_in(id, "/tmp", source_of(tar), Cancellation::never());
  std::size_t seen = 0;
  CHECK(failure_of([&] {
          over_relay->runtime().copy_out(
              id, "/tmp/large",
              [&](std::string_view bytes) {
                seen += bytes.size();
                if (seen > (1U << 20U)) relay.stop();
              },
              within_a_minute());
        }) == "lost");
  CHECK(seen > (1U << 20U));
}

TEST_CASE("an engine that goes away during a copy in is lost", "[engine]") {
  Sandbox box;
  Relay relay(engine_socket());
  const auto over_relay = open_at(relay.socket());
  const auto id = box.run();
  const auto tar = make_tar({{TarEntry::Type::file, "large", std::string(20U << 20U, 'x')}});
  const auto whole = source_of(tar);
  std::size_t given = 0;
  const auto breaking = [&](char* buffer, std::size_t size) {
    if (given > (10U << 20U)) relay.stop();
    const auto got = whole(buffer, size);
    given += got;
    return got;
  };
  CHECK(failure_of([&] {
          over_relay->runtime().copy_in(id, "/tmp", breaking, within_a_minute());
        }) == "lost");
}

TEST_CASE("an engine that is gone between two calls is unreachable", "[engine]") {
  Sandbox box;
  Relay relay(engine_socket());
  const auto over_relay = open_at(relay.socket());
  CHECK_NOTHROW(over_relay->runtime().info());
  relay.stop();
  CHECK(failure_of([&] { over_relay->runtime().list(box.labels()); }) == "unreachable");
}

TEST_CASE("an engine that comes back is used again", "[engine]") {
  Sandbox box;
  Relay relay(engine_socket());
  const auto over_relay = open_at(relay.socket());
  CHECK_NOTHROW(over_relay->runtime().list(box.labels()));
  relay.cut();
  CHECK_NOTHROW(over_relay->runtime().list(box.labels()));
}
