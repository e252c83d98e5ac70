#include "tests/conformance/scripts.hpp"

#include <chrono>
#include <thread>

namespace conformance {

using pkgkiln::fake::ExecCall;
using pkgkiln::fake::NodePtr;
namespace tree = pkgkiln::fake;

namespace {

std::string argument(const ExecCall& call, const std::string& name) {
  const auto found = call.env.find(name);
  return found == call.env.end() ? std::string() : found->second;
}

/// What is at $WHERE, given to `use`; exit code 1 when nothing is.
int with_node(ExecCall& call, bool follow, const std::function<void(const NodePtr&)>& use) {
  int code = 1;
  call.with_files([&](const NodePtr& root) {
    const auto node = tree::find(root, argument(call, "WHERE"), follow);
    if (!node) return;
    use(node);
    code = 0;
  });
  return code;
}

int put(ExecCall& call, const std::string& where, NodePtr node) {
  call.with_files([&](const NodePtr& root) { tree::put(root, where, std::move(node)); });
  return 0;
}

/// "uid:gid", as `id` would tell.
std::string ids_of(ExecCall& call) {
  if (call.user == "root") return "0:0";
  if (call.user == "nobody") return "65534:65534";
  return call.user.find(':') == std::string::npos ? call.user + ":0" : call.user;
}

std::string stat_line(const NodePtr& node) {
  constexpr const char* kTypes[] = {"regular file", "directory", "symbolic link"};
  std::string type = kTypes[static_cast<int>(node->kind)];
  if (node->kind == tree::Node::Kind::file && node->content.empty()) type = "regular empty file";
  std::string mode;
  for (unsigned left = node->mode; left != 0 || mode.empty(); left /= 8)
    mode.insert(0, std::to_string(left % 8));
  return std::to_string(node->uid) + ":" + std::to_string(node->gid) + ":" + mode + ":" + type +
         "\n";
}

int print_all(ExecCall& call) {
  call.out(argument(call, "OUT"));
  call.err(argument(call, "ERR"));
  return 0;
}

int print_count(ExecCall& call) {
  for (int i = 1; i <= 2000; ++i) {
    call.out("out " + std::to_string(i) + "\n");
    call.err("err " + std::to_string(i) + "\n");
  }
  return 0;
}

int print_flood(ExecCall& call) {
  const std::string piece(1U << 20U, 'x');
  for (int i = 0; i < 50; ++i) call.out(piece);
  return 0;
}

int print_for_ever(ExecCall& call) {
  while (call.running()) call.out("more\n");
  return 0;
}

int wait_for_ever(ExecCall& call) {
  while (call.running()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return 0;
}

int print_interfaces(ExecCall& call) {
  call.out(call.networks().empty() ? "lo\n" : "eth0\nlo\n");
  return 0;
}

int print_hosts(ExecCall& call) {
  for (const auto& line : call.container().add_hosts) {
    const auto colon = line.find(':');
    call.out(line.substr(colon + 1) + "\t" + line.substr(0, colon) + "\n");
  }
  return 0;
}

int print_main_process(ExecCall& call) {
  for (const auto& word : call.container().command) call.out(word + "\n");
  return 0;
}

int exit_with_code(ExecCall& call) {
  return std::stoi(argument(call, "CODE"));
}

int record_daemon(ExecCall& call) {
  call.out("started\n");
  return put(call, "/tmp/daemon", tree::make_file("1\n"));
}

int find_daemon(ExecCall& call) {
  call.env["WHERE"] = "/tmp/daemon";
  return with_node(call, true, [](const NodePtr&) {});
}

int print_identity(ExecCall& call) {
  call.out(ids_of(call) + " " + call.working_dir + "\n");
  return 0;
}

int print_variable(ExecCall& call) {
  const auto found = call.env.find(argument(call, "NAME"));
  if (found == call.env.end()) return 1;
  call.out(found->second + "\n");
  return 0;
}

int print_stat(ExecCall& call) {
  return with_node(call, false, [&](const NodePtr& node) { call.out(stat_line(node)); });
}

int print_content(ExecCall& call) {
  return with_node(call, true, [&](const NodePtr& node) { call.out(node->content); });
}

int put_file(ExecCall& call) {
  for (const auto& mount : call.container().volumes)
    if (mount.read_only && argument(call, "WHERE").starts_with(mount.path)) return 1;
  return put(call, argument(call, "WHERE"), tree::make_file(argument(call, "WHAT")));
}

int put_directory(ExecCall& call) {
  return put(call, argument(call, "WHERE"), tree::make_directory());
}

int put_link(ExecCall& call) {
  return put(call, argument(call, "WHERE"), tree::make_link(argument(call, "TO")));
}

int echo_input(ExecCall& call) {
  for (std::string bytes; !(bytes = call.read()).empty();) call.out(bytes);
  return 0;
}

int echo_input_aside(ExecCall& call) {
  for (std::string bytes; !(bytes = call.read()).empty();) call.err(bytes);
  return 7;
}

int await_sizes(ExecCall& call) {
  for (const auto& size : {pkgkiln::Terminal::Size{33, 77}, pkgkiln::Terminal::Size{20, 40}}) {
    while (call.running() && call.size() != size)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    call.out(std::to_string(size.rows) + " " + std::to_string(size.columns) + "\n");
  }
  return 0;
}

int print_one(ExecCall& call) {
  call.out("1\n");
  return 0;
}

int print_open_files(ExecCall& call) {
  call.out(std::to_string(call.container().limits.open_files.value_or(0)) + "\n");
  return 0;
}

}  // namespace

namespace script {

const Script exit_with{R"(exit "$CODE")", exit_with_code};
const Script print{R"(printf %s "$OUT"; printf %s "$ERR" >&2)", print_all};
const Script count{R"(i=0
while [ $i -lt 2000 ]; do i=$((i + 1)); echo "out $i"; echo "err $i" >&2; done)",
                   print_count};
const Script flood{R"(head -c 52428800 /dev/zero | tr '\0' x)", print_flood};
const Script endless{"yes more", print_for_ever};
const Script idle{"sleep 600", wait_for_ever};
const Script leave_daemon{"sleep 600 & echo $! > /tmp/daemon; echo started", record_daemon};
const Script daemon_lives{"kill -0 $(cat /tmp/daemon)", find_daemon};
const Script identity{"echo $(id -u):$(id -g) $(pwd)", print_identity};
const Script variable{R"(printenv "$NAME")", print_variable};
const Script stat{R"(stat -c '%u:%g:%a:%F' "$WHERE")", print_stat};
const Script read{R"(cat "$WHERE")", print_content};
const Script write{R"(printf %s "$WHAT" > "$WHERE")", put_file};
const Script make_directory{R"(mkdir -p "$WHERE")", put_directory};
const Script link{R"(ln -s "$TO" "$WHERE")", put_link};
const Script interfaces{"ls /sys/class/net", print_interfaces};
const Script echo_stdin{"cat", echo_input};
const Script echo_aside{"cat >&2; exit 7", echo_input_aside};
const Script sizes{R"sh(for size in '33 77' '20 40'; do
until [ "$(stty size)" = "$size" ]; do sleep 0.05; done; echo "$size"; done)sh",
                   await_sizes};
const Script no_new_privs{R"(sed -n 's/^NoNewPrivs:[[:space:]]*//p' /proc/self/status)", print_one};
const Script open_files{"ulimit -Hn", print_open_files};
const Script hosts{"cat /etc/hosts", print_hosts};
const Script main_process{R"(tr '\0' '\n' < /proc/1/cmdline)", print_main_process};

}  // namespace script

const std::vector<const Script*>& all_scripts() {
  static const std::vector<const Script*> all = {
      &script::exit_with,  &script::print,          &script::count,        &script::flood,
      &script::endless,    &script::idle,           &script::leave_daemon, &script::daemon_lives,
      &script::identity,   &script::variable,       &script::stat,         &script::read,
      &script::write,      &script::make_directory, &script::link,         &script::interfaces,
      &script::echo_stdin, &script::echo_aside,     &script::sizes,        &script::no_new_privs,
      &script::open_files, &script::hosts,          &script::main_process};
  return all;
}

}  // namespace conformance
