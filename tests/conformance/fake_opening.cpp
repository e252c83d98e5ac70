#include "core/runtime/fake/engine.hpp"
#include "tests/conformance/opening.hpp"
#include "tests/conformance/scripts.hpp"

namespace conformance {

using namespace pkgkiln;

namespace {

constexpr std::uint64_t kMaxOpenFiles = 20'000;

fake::FakeImage small_root() {
  fake::FakeImage image;
  image.command = {"sh"};
  image.env = {{"PATH", "/usr/bin"}};
  fake::put(image.files, "/tmp", fake::make_directory(01777));
  fake::put(image.files, "/etc/passwd",
            fake::make_file("root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"));
  return image;
}

int play(fake::ExecCall& call) {
  for (const auto* script : all_scripts())
    if (call.command == script->command()) return script->fake(call);
  call.err("not found: " + call.command.front() + "\n");
  return 127;
}

class OpenedFake final : public OpenedRuntime {
 public:
  OpenedFake() : info_(engine_.runtime().info()) {
    info_.unenforceable_limits = {"memory"};
    engine_.set_info(info_, kMaxOpenFiles);
    engine_.serve(base_image(), small_root());
    engine_.on_exec(play);
  }
  ContainerRuntime& runtime() override { return engine_.runtime(); }
  ImageStore& images() override { return engine_.images(); }
  const RuntimeInfo& info() const override { return info_; }
  const std::vector<std::string>& tried() const override { return tried_; }

 private:
  fake::Engine engine_;
  RuntimeInfo info_;
  std::vector<std::string> tried_;
};

}  // namespace

std::unique_ptr<OpenedRuntime> open_fake() {
  return std::make_unique<OpenedFake>();
}

}  // namespace conformance
