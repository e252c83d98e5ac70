#include "core/runtime/waiting_container.hpp"

#include "core/runtime/fake/engine.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

namespace {

struct FakeWithImage {
  fake::Engine engine;
  std::string image;
  std::vector<std::string> warnings;

  FakeWithImage() {
    const auto ref = ImageRef::parse("example.org/base:1");
    engine.serve(ref, {});
    image = engine.images()
                .pull(
                    ref, [](std::string_view) {}, Cancellation::never())
                .id;
  }
  ContainerSpec spec() const {
    ContainerSpec result;
    result.name = "pkgkiln-test";
    result.image = image;
    result.labels = {{"io.pkgkiln.instance", "i"}};
    return result;
  }
  Sink warn() {
    return [this](std::string_view text) { warnings.emplace_back(text); };
  }
  bool empty() {
    return engine.runtime().list({}).empty() && engine.runtime().list_networks({}).empty();
  }
};

}  // namespace

TEST_CASE("a waiting container runs on a network of its own and leaves nothing") {
  FakeWithImage fake;
  {
    WaitingContainer container(fake.engine.runtime(), fake.spec(), std::chrono::seconds(60),
                               fake.warn());
    CHECK(fake.engine.runtime().networks_of(container.name()) ==
          std::vector<std::string>{"pkgkiln-test"});
    container.disconnect();
    CHECK(fake.engine.runtime().networks_of(container.name()).empty());
  }
  CHECK(fake.empty());
  CHECK(fake.warnings.empty());
}

TEST_CASE("whatever fails while it is made, nothing stays") {
  FakeWithImage fake;
  const auto call = GENERATE(fake::Call::create_network, fake::Call::create, fake::Call::start);
  fake.engine.fail_next(call, RuntimeError(RuntimeError::Kind::rejected, "no"));
  CHECK_THROWS_AS(
      WaitingContainer(fake.engine.runtime(), fake.spec(), std::chrono::seconds(60), fake.warn()),
      RuntimeError);
  CHECK(fake.empty());
}

TEST_CASE("what can't be removed is told, and found by its labels later") {
  FakeWithImage fake;
  {
    const WaitingContainer container(fake.engine.runtime(), fake.spec(), std::chrono::seconds(60),
                                     fake.warn());
    fake.engine.fail_next(fake::Call::remove, RuntimeError(RuntimeError::Kind::lost, "gone"));
    fake.engine.fail_next(fake::Call::remove_network,
                          RuntimeError(RuntimeError::Kind::lost, "gone"));
  }
  CHECK(fake.warnings.size() == 2);
  auto& runtime = fake.engine.runtime();
  CHECK(remove_leftovers(runtime, {{"io.pkgkiln.instance", "other"}}, fake.warn()) == 0);
  CHECK_FALSE(fake.empty());
  CHECK(remove_leftovers(runtime, {{"io.pkgkiln.instance", "i"}}, fake.warn()) == 2);
  CHECK(fake.empty());
}

TEST_CASE("who is warned and can't take it down ends nothing") {
  FakeWithImage fake;
  const auto no_room = [](std::string_view) { throw Error("no space left"); };
  {
    WaitingContainer container(fake.engine.runtime(), fake.spec(), std::chrono::seconds(60),
                               no_room);
    fake.engine.fail_next(fake::Call::remove, RuntimeError(RuntimeError::Kind::lost, "gone"));
  }
  CHECK(fake.engine.runtime().list({}).size() == 1);
}
