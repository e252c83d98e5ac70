// Containers of failed builds that are kept.

#include <algorithm>

#include "core/builder/kept_containers.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/run/fake_host.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;

namespace {

/// What the engine has of that instance: targets of containers, and all networks and volumes.
struct Left {
  explicit Left(FakeHost& host) {
    auto& runtime = host.engine.runtime();
    for (const auto& one : runtime.list({})) {
      containers.push_back(one.labels.at(label::target));
      runs = runs || one.running;
    }
    std::ranges::sort(containers);
    networks = runtime.list_networks({}).size();
    for (const auto& one : runtime.list_volumes({}))
      if (!one.labels.contains(label::cache)) ++volumes;
  }

  std::vector<std::string> containers;
  std::size_t networks = 0, volumes = 0;
  bool runs = false;
};

FakeHost& failing(FakeHost& host, std::size_t keep) {
  host.keep_failed = keep;
  for (const auto* name : {"a", "b", "c"}) host.fails[name] = "build";
  host.capacity.jobs = 1;
  return host;
}

}  // namespace

TEST_CASE("the containers of the newest failed builds are kept, and take disk alone") {
  FakeHost host;
  failing(host, 2).caches = {1U << 20U, 1U << 20U};
  host.said_between_steps = "fetched 1\n";
  host.build({host.target("a"), host.target("b"), host.target("c"), host.target("good")});
  const Left left(host);
  CHECK(left.containers.size() == 2);
  CHECK(left.networks == 0);
  CHECK(left.volumes == 2);  // with what they have fetched
  CHECK(!left.runs);
  const auto kept = host.history.kept();
  REQUIRE(kept.size() == 2);
  for (const auto& one : kept) {
    CHECK(host.history.last(one.target)->build == one.build);
    CHECK(one.environment.at("PKGKILN_STARTDIR") == "/build/startdir");
    CHECK(one.environment.at("PKGKILN_HOLD") == "1");  // as the step had it
  }

  host.build({});  // they are no leftovers
  CHECK(Left(host).containers == left.containers);
}

TEST_CASE("a kept container goes when its target is built again, or fewer are to be kept") {
  FakeHost host;
  failing(host, 3);
  const auto a = host.target("a"), b = host.target("b");
  host.build({a, b});
  REQUIRE(Left(host).containers == std::vector<std::string>{"a", "b"});
  host.fails.erase("a");
  auto forced = a;
  forced.force = true;
  host.build({forced});
  CHECK(Left(host).containers == std::vector<std::string>{"b"});
  CHECK(host.history.kept().size() == 1);

  host.keep_failed = 0;
  host.build({});
  CHECK(Left(host).containers.empty());
  CHECK(host.history.kept().empty());
}

TEST_CASE("nothing is kept that failed elsewhere, was good, or where it is not wanted") {
  FakeHost host;
  failing(host, 0).build({host.target("a")});
  CHECK(Left(host).containers.empty());
  host.keep_failed = 5;
  host.exit_code = 255;  // nobody knows why
  host.build({host.target("b"), host.target("good")});
  CHECK(Left(host).containers.empty());
  host.engine.fail_next(fake::Call::kill, RuntimeError(RuntimeError::Kind::rejected, "no"));
  host.exit_code = 4;
  host.build({host.target("c")});  // it can't be ended
  CHECK(Left(host).containers.empty());
  CHECK(host.history.kept().empty());
}

TEST_CASE("a kept container with a shell in it is left alone, and one that is gone is forgotten") {
  FakeHost host;
  failing(host, 2).build({host.target("a"), host.target("b")});
  auto& runtime = host.engine.runtime();
  for (const auto& kept : host.history.kept()) {
    if (kept.target == "a") runtime.start(kept.container);
    if (kept.target == "b") runtime.remove(kept.container);
  }
  host.keep_failed = 0;
  host.build({});
  CHECK(Left(host).containers == std::vector<std::string>{"a"});
  REQUIRE(host.history.kept().size() == 1);
  runtime.kill(host.history.kept().front().container);
  host.build({});
  CHECK(Left(host).containers.empty());
}

TEST_CASE("what a shell that was killed leaves behind goes when it doesn't run any more") {
  FakeHost host;
  failing(host, 1).build({host.target("a")});
  auto left = host.history.kept().front();
  left.build.clear();
  host.history.record_kept(left);
  auto& runtime = host.engine.runtime();
  runtime.start(left.container);
  host.build({});
  CHECK(Left(host).containers == std::vector<std::string>{"a"});
  runtime.kill(left.container);
  host.build({});
  CHECK(Left(host).containers.empty());
}

TEST_CASE("a shell has the environment of the step, and root's own home") {
  FakeHost host;
  failing(host, 1).build({host.target("a")});
  const auto kept = host.history.kept().front();
  auto& runtime = host.engine.runtime();
  runtime.start(kept.container);
  std::map<std::string, std::string> env;
  std::string user;
  host.engine.on_exec([&](fake::ExecCall& call) {
    env = call.env;
    user = call.user;
    return 9;
  });
  struct Nobody : Terminal {
    int input() const override { return -1; }
    std::optional<Size> size() override { return std::nullopt; }
    void show(OutputStream, std::string_view) override {}
  } nobody;
  attend_shell(runtime, kept, false, nobody, Cancellation::never());
  CHECK(user == "builder");
  CHECK(env.at("PKGDEST") == "/build/pkgdest");
  CHECK(env.at("HOME") == "/home/builder");
  CHECK(!env.contains("PKGKILN_ASKED"));
  attend_shell(runtime, kept, true, nobody, Cancellation::never());
  CHECK(user == "root");
  CHECK(env.at("HOME") == "/root");
  CHECK(env.at("PKGDEST") == "/build/pkgdest");
}
