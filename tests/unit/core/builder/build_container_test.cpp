#include "core/builder/build_container.hpp"

#include <algorithm>
#include <map>

#include "core/builder/script/script.hpp"
#include "core/runtime/fake/engine.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Names = std::vector<std::string>;

namespace {

const std::map<std::string, std::string> kNames{
    {script::inspect, "inspect"}, {script::dependencies, "dependencies"},
    {script::fetch, "fetch"},     {script::build, "build"},
    {script::sweep, "sweep"},     {script::sealed, "sealed"},
    {script::collect, "collect"}};

/// A build container of a fake engine, and what runs in it.
struct Rig {
  explicit Rig(BuildContainer::Environment environment = {}) {
    fake::FakeImage image;
    fake::put(image.files, "/etc/passwd", fake::make_file("builder:x:1500:1500::/:/bin/sh\n"));
    fake::put(image.files, "/build/pkgdest", fake::make_directory());
    engine.serve(ref, image);
    engine.images().pull(ref, [](std::string_view) {}, {});
    engine.on_exec([this](fake::ExecCall& call) {
      const auto& name = ran.emplace_back(kNames.at(call.command.at(2)));
      if (!call.env.contains("PKGKILN_CHECKED")) unchecked.push_back(name);
      call.out(said);
      return code;
    });
    ContainerSpec spec;
    spec.name = "pkgkiln-a";
    spec.image = ref.full();
    container.emplace(engine.runtime(), spec, std::chrono::seconds(60), std::move(environment),
                      log);
  }
  int step(const char* script, bool as_builder = true) {
    return container->run({"step", script, {}, as_builder}, {}).exit_code;
  }

  const ImageRef ref = ImageRef::parse("registry.test/archlinux");
  fake::Engine engine;
  const TempDir directory;
  BuildLog log{directory.path() / "log", 1U << 20U};
  Names ran, unchecked;  // the scripts
  int code = 0;
  std::string said;  // by every script
  std::optional<BuildContainer> container;
};

}  // namespace

TEST_CASE("makepkg checks the PKGBUILD until it was content with it, and not again") {
  Rig rig;
  rig.code = 1;
  CHECK_THROWS_AS(rig.step(script::inspect), Error);  // as the sweep fails too
  rig.code = 0;
  for (const auto* script : {script::inspect, script::fetch, script::build})
    CHECK(rig.step(script) == 0);
  CHECK(std::count(rig.unchecked.begin(), rig.unchecked.end(), "inspect") == 2);
  CHECK(std::count(rig.unchecked.begin(), rig.unchecked.end(), "fetch") == 0);
  CHECK(std::count(rig.unchecked.begin(), rig.unchecked.end(), "build") == 0);
}

TEST_CASE("what builder left running is ended before anything else is done") {
  Rig rig;
  const auto nothing = [](const Source&) {};
  SECTION("a sealed build") {
    rig.step(script::dependencies, false);
    rig.step(script::fetch);
    CHECK(rig.ran == Names{"dependencies", "fetch"});
    rig.container->seal({});
    rig.step(script::build);
    rig.container->collect(nothing, {});
    CHECK(rig.ran == Names{"dependencies", "fetch", "sealed", "build", "collect"});
  }
  SECTION("one with network") {
    rig.step(script::fetch);
    rig.step(script::build);
    CHECK(rig.ran == Names{"fetch", "sweep", "build"});
  }
  SECTION("a step of root's") {
    rig.step(script::inspect);
    rig.step(script::dependencies, false);
    rig.step(script::fetch);
    CHECK(rig.ran == Names{"inspect", "sweep", "dependencies", "fetch"});
  }
}

TEST_CASE("what a sweep says is read, whatever it is") {
  struct Said {
    std::string text;
    bool fetched;
    std::uint64_t peak;
  };
  const std::vector<Said> cases = {{"", false, 0},         {"\n", false, 0},
                                   {"max", false, 0},      {"4096\nfetched 2\n", true, 4096},
                                   {"fetched 1", true, 0}, {"fetched 0\n", false, 0},
                                   {"fetched ", false, 0}, {"7\nxfetched 1\n", false, 7}};
  for (const auto& one : cases) {
    Rig rig;
    rig.said = one.text;
    rig.step(script::build);
    rig.container->collect([](const Source&) {}, {});
    CAPTURE(one.text);
    CHECK(rig.container->has_fetched() == one.fetched);
    CHECK(rig.container->peak_memory() == one.peak);
  }
}

TEST_CASE("nothing runs on after a step of builder's that failed") {
  Rig rig;
  rig.engine.on_exec([&](fake::ExecCall& call) {
    rig.ran.push_back(kNames.at(call.command.at(2)));
    return rig.ran.back() == "build" ? 4 : 0;
  });
  CHECK(rig.step(script::build) == 4);
  CHECK(rig.ran == Names{"build", "sweep"});
}

TEST_CASE("a build whose processes can't be ended is neither sealed nor collected") {
  Rig rig;
  rig.step(script::fetch);
  rig.code = 1;
  CHECK_THROWS_AS(rig.container->seal({}), Error);
  CHECK_THROWS_AS(rig.container->collect([](const Source&) {}, {}), Error);
  CHECK_THROWS_AS(rig.step(script::build), Error);
  CHECK(rig.ran == Names{"fetch", "sealed", "collect", "sweep"});
}

TEST_CASE("steps have the proxies until the seal, the container never, the log without passwords") {
  const std::string proxy = "http://user:hush@proxy.test:3128";
  BuildContainer::Environment environment;
  environment.proxies = {{"http_proxy", proxy}, {"no_proxy", "e.org"}};
  Rig rig(environment);
  std::map<std::string, std::string> seen;
  rig.engine.on_exec([&](fake::ExecCall& call) {
    const auto& name = kNames.at(call.command.at(2));
    seen[name] = call.env["http_proxy"] + call.env["no_proxy"];
    CHECK(call.container().env.count("http_proxy") == 0);
    if (name == "fetch") call.out("over " + proxy.substr(0, 12));
    if (name == "fetch") call.err(proxy.substr(12) + ", us");
    return 0;
  });
  rig.step(script::dependencies, false);
  rig.step(script::fetch);
  rig.container->seal({});
  rig.step(script::build);
  CHECK(seen == std::map<std::string, std::string>{{"dependencies", proxy + "e.org"},
                                                   {"fetch", proxy + "e.org"},
                                                   {"sealed", ""},
                                                   {"build", ""}});
  const auto log = read_file(rig.log.path());
  CHECK(log.find("hush") == std::string::npos);
  CHECK(log.find("over http://***@proxy.test:3128, us\n<== ") != std::string::npos);
}
