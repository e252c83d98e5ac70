// Commands with an input, at a terminal or not.

#include <array>
#include <cstdio>
#include <fstream>
#include <future>
#include <memory>
#include <unistd.h>

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/conformance/failures.hpp"
#include "tests/conformance/sandbox.hpp"

using namespace pkgkiln;
using namespace conformance;
using namespace std::chrono_literals;

namespace {

/// Types what it is given, and writes down what it is shown.
class Typist final : public Terminal {
 public:
  explicit Typist(const std::string& typed = {}) {
    std::ofstream(directory_.path() / "typed") << typed;
    file_.reset(std::fopen((directory_.path() / "typed").c_str(), "re"));
  }

  int input() const override { return silent_ ? silent_.get() : ::fileno(file_.get()); }
  std::optional<Size> size() override { return has_size; }
  void show(OutputStream stream, std::string_view bytes) override {
    (stream == OutputStream::out ? out : err) += bytes;
    if (out.find("33 77") != std::string::npos) has_size = {20, 40};
  }
  /// From now on it types nothing, and does not end.
  void fall_silent() {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    silent_ = UniqueFd(ends[0]);
    unused_ = UniqueFd(ends[1]);
  }

  std::optional<Size> has_size;
  std::string out, err;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  TempDir directory_;
  std::unique_ptr<std::FILE, Close> file_;
  UniqueFd silent_, unused_;
};

int attend(Sandbox& box, const std::string& id, const Script& script, Typist& typist) {
  return box.runtime.attend(id, Sandbox::exec_spec(script), typist,
                            Cancellation::never().with_deadline(Cancellation::Clock::now() + 60s));
}

}  // namespace

TEST_CASE("a command gets its input to the end, and gives its exit code") {
  Sandbox box;
  const auto id = box.run();
  Typist typist("one\ntwo");
  CHECK(attend(box, id, script::echo_aside, typist) == 7);
  CHECK(typist.out.empty());
  CHECK(typist.err == "one\ntwo");
  Typist nobody;
  CHECK(attend(box, id, script::echo_stdin, nobody) == 0);
  CHECK(nobody.out.empty());
}

TEST_CASE("much input and output pass at the same time") {
  Sandbox box;
  const auto id = box.run();
  Typist typist(std::string(2U << 20U, 'x'));
  CHECK(attend(box, id, script::echo_stdin, typist) == 0);
  CHECK(typist.out == std::string(2U << 20U, 'x'));
}

TEST_CASE("at a terminal a command has one too, of its size") {
  Sandbox box;
  const auto id = box.run();
  Typist resizing;
  resizing.has_size = {33, 77};
  resizing.fall_silent();
  CHECK(attend(box, id, script::sizes, resizing) == 0);
  CHECK(resizing.out.find("20 40") != std::string::npos);
  Typist typist("hello\n");
  typist.has_size = {24, 80};
  CHECK(attend(box, id, script::echo_stdin, typist) == 0);
  CHECK(typist.out.find("hello") != std::string::npos);
  typist.has_size = {24, 80};
  CHECK(attend(box, id, script::echo_aside, typist) == 7);
  CHECK(typist.err.empty());
}

TEST_CASE("a command that is attended ends with its container, or when it is cancelled") {
  Sandbox box;
  const auto id = box.run();
  Typist typist;
  typist.fall_silent();
  const auto began = Cancellation::Clock::now();
  CHECK(failure_of([&] {
          box.runtime.attend(id, Sandbox::exec_spec(script::echo_stdin), typist,
                             Cancellation::never().with_deadline(began + 500ms));
        }) == "cancelled");
  int code = -1;
  std::string failure;
  auto ended = std::async(std::launch::async, [&] {
    failure = failure_of([&] { code = attend(box, id, script::echo_stdin, typist); });
  });
  ended.wait_for(500ms);
  box.runtime.kill(id);
  ended.get();
  INFO(failure << ' ' << code);
  CHECK((code == 137 || failure == "lost" || failure == "conflict"));
  CHECK(Cancellation::Clock::now() - began < 20s);
  CHECK(failure_of([&] { attend(box, id, script::echo_stdin, typist); }) == "conflict");
}

TEST_CASE(
    "a container that has ended can be started again, with its files and without the network") {
  Sandbox box;
  auto spec = box.spec();
  spec.network = box.name("net");
  box.runtime.create_network(spec.network, box.labels());
  const auto id = box.run(spec);
  box.exec(id, script::write, {{"WHERE", "/tmp/x"}, {"WHAT", "kept"}});
  box.runtime.disconnect(id, spec.network);
  box.runtime.kill(id);
  box.runtime.remove_network(spec.network);
  box.runtime.start(id);
  CHECK(box.exec(id, script::read, {{"WHERE", "/tmp/x"}}).out == "kept");
  CHECK(box.exec(id, script::interfaces).out == "lo\n");
}
