#include "core/build/build_container.hpp"

#include "core/runtime/fake/engine.hpp"
#include "core/script/script.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("makepkg checks the PKGBUILD until it was content with it, and not again") {
  fake::Engine engine;
  const auto ref = ImageRef::parse("registry.test/archlinux");
  fake::FakeImage image;
  fake::put(image.files, "/etc/passwd", fake::make_file("builder:x:1500:1500::/:/bin/sh\n"));
  engine.serve(ref, image);
  const auto silent = [](std::string_view) {};
  engine.images().pull(ref, silent, {});
  std::vector<std::string> checking;
  int code = 1;
  engine.on_exec([&](fake::ExecCall& call) {
    const auto& script = call.command.at(2);
    if (script == script::sweep) return 0;
    checking.push_back(call.env.contains("PKGKILN_CHECKED") ? "no" : "yes");
    return code;
  });
  const TempDir directory;
  BuildLog log(directory.path() / "log", 1 << 20U);
  ContainerSpec spec;
  spec.name = "pkgkiln-a";
  spec.image = ref.full();
  BuildContainer container(engine.runtime(), spec, std::chrono::seconds(60), {}, log);
  CHECK(container.ask({"inspect", script::inspect, {}}, {}).exit_code == 1);
  code = 0;
  for (const auto* script : {script::inspect, script::fetch, script::build})
    CHECK(container.run({"step", script, {}}, {}).exit_code == 0);
  CHECK(container.run({"dependencies", script::dependencies, {}, false}, {}).exit_code == 0);
  CHECK(checking == std::vector<std::string>{"yes", "yes", "no", "no", "yes"});
}
