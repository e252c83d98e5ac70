// What the fake has beyond the contract that tests/conformance holds it to: faults, its log of
// calls, played commands.

#include "core/runtime/fake/engine.hpp"

#include <atomic>
#include <thread>

#include "tests/catch.hpp"

using namespace pkgkiln;
using fake::Call;
using fake::CallRecord;

namespace {

const ImageRef kImage = ImageRef::parse("registry.test/base:1");

/// A fake engine with one running container "c".
struct Running {
  Running() {
    engine.serve(kImage, {});
    engine.images().pull(
        kImage, [](std::string_view) {}, Cancellation::never());
    ContainerSpec spec;
    spec.name = "c";
    spec.image = kImage.full();
    spec.env = {{"A", "container"}, {"B", "container"}};
    engine.runtime().create(spec);
    engine.runtime().start("c");
  }

  int exec(const ExecSpec& spec, const Cancellation& cancel = Cancellation::never()) {
    return engine.runtime().exec(
        "c", spec, [](OutputStream, std::string_view) {}, cancel);
  }

  fake::Engine engine;
};

}  // namespace

TEST_CASE("the fake logs every call with what it was about") {
  Running running;
  running.engine.runtime().kill("c");
  running.engine.runtime().remove("c");
  running.engine.runtime().remove("c");
  CHECK(running.engine.calls() == std::vector<CallRecord>{{Call::pull, kImage.full()},
                                                          {Call::create, "c"},
                                                          {Call::start, "c"},
                                                          {Call::kill, "c"},
                                                          {Call::remove, "c"},
                                                          {Call::remove, "c"}});
}

TEST_CASE("a fault hits the next such call, once, and is logged with it") {
  Running running;
  const RuntimeError lost(RuntimeError::Kind::lost, "gone");
  const RuntimeError rejected(RuntimeError::Kind::rejected, "no");
  running.engine.fail_next(Call::kill, lost);
  running.engine.fail_next(Call::kill, rejected);
  CHECK_NOTHROW(running.engine.runtime().usage("c"));
  CHECK_THROWS_WITH(running.engine.runtime().kill("c"), "gone");
  CHECK(running.engine.runtime().list({}).at(0).running);
  CHECK_THROWS_WITH(running.engine.runtime().kill("c"), "no");
  CHECK_NOTHROW(running.engine.runtime().kill("c"));
  CHECK_FALSE(running.engine.runtime().list({}).at(0).running);
}

TEST_CASE("a handler sees the command as the container would run it") {
  Running running;
  running.engine.on_exec([](fake::ExecCall& call) {
    CHECK(call.command == std::vector<std::string>{"do", "it"});
    CHECK(call.env.at("A") == "exec");
    CHECK(call.env.at("B") == "container");
    CHECK(call.user == "root");
    CHECK(call.working_dir == "/");
    CHECK(call.container().name == "c");
    call.with_files([](const auto& root) { put(root, "/made", fake::make_file("x")); });
    return 7;
  });
  ExecSpec spec;
  spec.command = {"do", "it"};
  spec.env = {{"A", "exec"}};
  CHECK(running.exec(spec) == 7);
  std::string tar;
  running.engine.runtime().copy_out(
      "c", "/made", [&](std::string_view bytes) { tar += bytes; }, Cancellation::never());
  CHECK(tar.starts_with("made"));
}

TEST_CASE("without a handler every command is missing") {
  Running running;
  CHECK(running.exec({}) == 127);
}

TEST_CASE("a handler learns that it is to stop, and its code gives way to the kill's",
          "[concurrent]") {
  Running running;
  std::atomic<bool> started{false};
  running.engine.on_exec([&](fake::ExecCall& call) {
    started = true;
    while (call.running()) std::this_thread::yield();
    return 0;
  });
  std::thread killer([&] {
    while (!started) std::this_thread::yield();
    running.engine.runtime().kill("c");
  });
  CHECK(running.exec({}) == 137);
  killer.join();
  running.engine.runtime().start("c");
  const auto soon = Cancellation::Clock::now() + std::chrono::milliseconds(50);
  CHECK_THROWS_AS(running.exec({}, Cancellation::never().with_deadline(soon)), Cancelled);
}

TEST_CASE("what info says and how many files may be open are set") {
  fake::Engine engine;
  RuntimeInfo info;
  info.engine = "fake";
  info.version = "9";
  info.unenforceable_limits = {"memory", "pids"};
  engine.set_info(info, 100);
  CHECK(engine.runtime().info().version == "9");
  engine.serve(kImage, {});
  engine.images().pull(
      kImage, [](std::string_view) {}, Cancellation::never());
  ContainerSpec spec;
  spec.image = kImage.full();
  spec.limits.open_files = 101;
  spec.limits.memory_bytes = 1;
  spec.limits.cpus = 1;
  CHECK(engine.runtime().create(spec).warnings.size() == 2);
}

TEST_CASE("a served image that changes is another one when it is pulled again") {
  fake::Engine engine;
  const auto pull = [&] {
    return engine.images().pull(
        kImage, [](std::string_view) {}, Cancellation::never());
  };
  engine.serve(kImage, {});
  const auto first = pull();
  CHECK(pull().id == first.id);
  engine.serve(kImage, {});
  const auto second = pull();
  CHECK(second.id != first.id);
  CHECK(second.digest != first.digest);
  CHECK(engine.images().inspect(first.id)->names.empty());
}
