// Users, directories, environments, limits: what a container and an exec are given.

#include "tests/catch.hpp"
#include "tests/conformance/sandbox.hpp"

using namespace pkgkiln;
using namespace conformance;

namespace {

const std::string kTricky = "a=b 'single' \"double\" $HOME `id` \\n \\\n\nümläut 漢字 \t end ";

std::string identity(Sandbox& box, const std::string& id, const std::string& user,
                     const std::string& working_dir) {
  auto spec = Sandbox::exec_spec(script::identity);
  spec.user = user;
  spec.working_dir = working_dir;
  return box.exec(id, spec).out;
}

/// Its value and a newline, or nothing.
std::string variable(Sandbox& box, const std::string& id, const std::string& name,
                     Variables exec_env = {}) {
  exec_env["NAME"] = name;
  return box.exec(id, script::variable, exec_env).out;
}

}  // namespace

TEST_CASE("an exec has the user and the directory that it is given") {
  Sandbox box;
  const auto id = box.run();
  CHECK(identity(box, id, "root", "/tmp") == "0:0 /tmp\n");
  CHECK(identity(box, id, "nobody", "/") == "65534:65534 /\n");
  CHECK(identity(box, id, "1000:1001", "/etc") == "1000:1001 /etc\n");
}

TEST_CASE("an exec without them has the container's user and directory") {
  Sandbox box;
  auto spec = box.spec();
  spec.user = "1000:1000";
  spec.working_dir = "/tmp";
  const auto id = box.run(spec);
  CHECK(identity(box, id, "", "") == "1000:1000 /tmp\n");
  CHECK(identity(box, id, "root", "") == "0:0 /tmp\n");
  CHECK(identity(box, id, "", "/etc") == "1000:1000 /etc\n");
}

TEST_CASE("environment variables arrive whole: quotes, newlines, UTF-8, nothing") {
  Sandbox box;
  auto spec = box.spec();
  spec.env = {{"VALUE", kTricky}, {"EMPTY", ""}};
  const auto id = box.run(spec);
  CHECK(variable(box, id, "VALUE") == kTricky + "\n");
  CHECK(variable(box, id, "EMPTY") == "\n");
  CHECK(variable(box, id, "VALUE", {{"VALUE", kTricky + "2"}}) == kTricky + "2\n");
  CHECK(variable(box, id, "VALUE", {{"VALUE", ""}}) == "\n");
}

TEST_CASE("the environment of an exec is its own") {
  Sandbox box;
  const auto id = box.run();
  CHECK(variable(box, id, "VALUE", {{"VALUE", "once"}}) == "once\n");
  CHECK(variable(box, id, "VALUE") == "");
}

TEST_CASE("arguments reach the main process as they are") {
  Sandbox box;
  auto spec = box.spec();
  spec.command = {"sh", "-c", "sleep 600", "a b", "$HOME", "'\"", "ü"};
  const auto id = box.run(spec);
  CHECK(box.exec(id, script::main_process).out == "sh\n-c\nsleep 600\na b\n$HOME\n'\"\nü\n");
}

TEST_CASE("no-new-privileges is in effect, in the container and in its execs") {
  Sandbox box;
  auto spec = Sandbox::exec_spec(script::no_new_privs);
  const auto id = box.run();
  CHECK(box.exec(id, spec).out == "1\n");
  spec.user = "nobody";
  CHECK(box.exec(id, spec).out == "1\n");
}

TEST_CASE("the limit of open files is what was asked for, or lowered with a warning") {
  Sandbox box;
  auto spec = box.spec();
  spec.limits.open_files = 4096;
  auto created = box.runtime.create(spec);
  box.runtime.start(created.id);
  CHECK(created.warnings.empty());
  CHECK(box.exec(created.id, script::open_files).out == "4096\n");

  if (!box.runtime.info().rootless) return;  // root's engine has no limit that is known before
  spec = box.spec("greedy");
  spec.limits.open_files = 1'000'000'000;
  created = box.runtime.create(spec);
  box.runtime.start(created.id);
  CHECK_FALSE(created.warnings.empty());
  CHECK(std::stoull(box.exec(created.id, script::open_files).out) < 1'000'000'000);
}

TEST_CASE("limits that the engine can't enforce come back as warnings, and it starts") {
  Sandbox box;
  auto spec = box.spec();
  spec.limits.memory_bytes = 256U << 20U;
  spec.limits.cpus = 1.5;
  spec.limits.pids = 100;
  const auto created = box.runtime.create(spec);
  box.runtime.start(created.id);
  CHECK(created.warnings.empty() == box.runtime.info().unenforceable_limits.empty());
  CHECK(box.exec(created.id, script::exit_with, {{"CODE", "0"}}).code == 0);
}

TEST_CASE("added hosts are in effect") {
  Sandbox box;
  box.runtime.create_network(box.name("net"), box.labels());
  auto spec = box.spec();
  spec.network = box.name("net");
  spec.add_hosts = {"one.test:192.0.2.1", "two.test:192.0.2.2"};
  const auto hosts = box.exec(box.run(spec), script::hosts).out;
  CHECK_THAT(hosts, Catch::Matchers::ContainsSubstring("192.0.2.1\tone.test"));
  CHECK_THAT(hosts, Catch::Matchers::ContainsSubstring("192.0.2.2\ttwo.test"));
}
