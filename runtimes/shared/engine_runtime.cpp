#include "runtimes/shared/engine_runtime.hpp"

#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <thread>

#include "runtimes/shared/conversation.hpp"
#include "runtimes/shared/engine_client.hpp"
#include "runtimes/shared/engine_streams.hpp"
#include "runtimes/shared/json.hpp"
#include "runtimes/shared/process_limits.hpp"
#include "runtimes/shared/values.hpp"

namespace pkgkiln::runtimes {

namespace {

using Kind = RuntimeError::Kind;

// The engines learn of an exec's end a little after its stream has ended.
constexpr int kInspections = 20;
constexpr std::chrono::milliseconds kBetweenInspections{25};
constexpr int kCannotInvoke = 126;
constexpr std::size_t kKeptOutput = 512;

/// The exit code, or nothing while it runs. (A running exec of libpod has ExitCode 0.)
std::optional<int> exit_code_of(const json::Value& inspect) {
  const auto& running = json::at(inspect, {"Running"});
  const auto& code = json::at(inspect, {"ExitCode"});
  if (!running.IsBool() || running.GetBool() || !code.IsInt()) return std::nullopt;
  return code.GetInt();
}

/// `said`: by the engine itself, if anything.
int await_exit_code(const EngineClient& client, const std::string& doing, const std::string& id,
                    const std::string& said = {}) {
  for (int i = 0; i < kInspections; ++i) {
    if (i > 0) std::this_thread::sleep_for(kBetweenInspections);
    try {
      const auto inspect = require_json(client, doing, get("/exec/" + id + "/json"));
      if (const auto code = exit_code_of(inspect)) return *code;
    } catch (const RuntimeError& error) {
      if (error.kind() == Kind::malformed) throw;
      auto lost = client.error(Kind::lost, doing, "its output ended, but its exit code is unknown");
      for (const auto& cause : error.causes()) lost.because(cause);
      throw lost;
    }
  }
  std::string why = "its output ended, but the engine says that it still runs";
  if (!said.empty()) why += ": " + one_line(said);
  throw client.error(Kind::lost, doing, why);
}

// Unpacking on a slow disk, or the first file of a big directory, may take a while.
constexpr std::chrono::minutes kIdle{5};

std::string archive_of(const std::string& container, const net::Headers& parameters) {
  return path_of(container) + "/archive" + net::query(parameters);
}

constexpr int kLooksAfterKill = 100;
constexpr std::chrono::milliseconds kBetweenLooks{50};

/// Engines may list a killed container as running for a moment longer. The wait is bounded: the
/// next use of a container that does not end will fail.
void await_end(const EngineClient& engine, const std::string& doing, const std::string& container) {
  for (int i = 0; i < kLooksAfterKill; ++i) {
    if (i > 0) std::this_thread::sleep_for(kBetweenLooks);
    const auto response = engine.ask(doing, get(path_of(container) + "/json"));
    if (!response.ok()) return;
    const auto inspect = parse_json(engine, doing, response);
    if (!json::boolean(inspect, {"State", "Running"})) return;
  }
}

/// Instead of Ctrl-P, Ctrl-Q, which a shell has a use for: it would come late.
constexpr const char* kNoDetachKeys = "ctrl-^,ctrl-_,ctrl-^,ctrl-_";

enum class Input { none, pipe, terminal };

std::string exec_body(const ExecSpec& spec, Input input) {
  return json::object([&](json::Writer& out) {
    if (input != Input::none) json::member(out, "AttachStdin", true);
    if (input == Input::terminal) {
      json::member(out, "Tty", true);
      json::member(out, "DetachKeys", kNoDetachKeys);
    }
    json::member(out, "AttachStdout", true);
    json::member(out, "AttachStderr", true);
    json::member(out, "Cmd", spec.command);
    json::member(out, "Env", assignments(spec.env));
    if (!spec.user.empty()) json::member(out, "User", spec.user);
    if (!spec.working_dir.empty()) json::member(out, "WorkingDir", spec.working_dir);
  });
}

}  // namespace

namespace {

std::string running(const ExecSpec& spec, const std::string& container) {
  return fmt::format("cannot run '{}' in the container '{}'",
                     spec.command.empty() ? "" : spec.command.front(), container);
}

/// Its id, escaped.
std::string create_exec(const EngineClient& client, const std::string& doing,
                        const std::string& container, const std::string& body) {
  const auto created = require_json(client, doing, post(path_of(container) + "/exec", body));
  auto id = net::escape(json::text(created, {"Id"}));
  if (id.empty()) throw client.error(Kind::malformed, doing, "the engine gave the exec no id");
  return id;
}

/// Docker tells of a user that doesn't exist in the output only.
void expect_user(const EngineClient& client, const std::string& doing, int code,
                 const std::string& first_output) {
  if (code == kCannotInvoke && first_output.find("unable to find user ") != std::string::npos)
    throw client.error(Kind::rejected, doing, one_line(first_output));
}

}  // namespace

std::string volume_body(const std::string& name, const Labels& labels) {
  return json::object([&](json::Writer& out) {
    json::member(out, "Name", name);
    json::member(out, "Labels", labels);
  });
}

std::string disconnect_body(const std::string& container) {
  return json::object([&](json::Writer& out) {
    json::member(out, "Container", container);
    json::member(out, "Force", true);
  });
}

std::string path_of(const std::string& container) {
  return "/containers/" + net::escape(container);
}

std::string quoted(const char* doing, const std::string& name) {
  return std::string(doing) + " '" + name + "'";
}

std::string filtered(const char* path, const Labels& labels, net::Headers parameters) {
  parameters.emplace_back("filters", json::label_filters(labels));
  return path + net::query(parameters);
}

CreatedContainer EngineRuntime::create(const ContainerSpec& spec) {
  const auto doing = quoted("cannot create the container", spec.name);
  CreatedContainer created;
  ContainerSpec possible = spec;
  possible.limits = without(lowered(spec.limits, most_open_files_, created.warnings),
                            refused_limits(), created.warnings);
  const auto answer = require_json(*engine_, doing, creation(possible));
  created.id = json::text(answer, {"Id"});
  if (created.id.empty()) throw engine_->error(Kind::malformed, doing, "the engine gave it no id");
  for (const auto& warning : json::text_list(answer, {"Warnings"}))
    created.warnings.push_back(one_line(warning));
  return created;
}

void EngineRuntime::start(const std::string& container) {
  engine_->require(quoted("cannot start the container", container),
                   post(path_of(container) + "/start"));
}

int EngineRuntime::exec(const std::string& container, const ExecSpec& spec,
                        const OutputSink& output, const Cancellation& cancel) {
  const auto& client = *engine_;
  const auto doing = running(spec, container);
  const auto id = create_exec(client, doing, container, exec_body(spec, Input::none));
  std::string first_output;
  const OutputSink keeping = [&](OutputStream stream, std::string_view bytes) {
    if (first_output.size() < kKeptOutput) first_output.append(bytes.substr(0, kKeptOutput));
    output(stream, bytes);
  };
  FrameDecoder decoder(keeping);
  const auto start = post("/exec/" + id + "/start", R"({"Detach":false,"Tty":false})");
  client.stream_in_silence(
      doing, start, [&](std::string_view bytes) { decoder.feed(bytes); }, cancel);
  if (!decoder.at_boundary())
    throw client.error(Kind::lost, doing, "its output broke off in the middle");
  const int code = await_exit_code(client, doing, id, decoder.engine_error());
  expect_user(client, doing, code, first_output);
  return code;
}

int EngineRuntime::attend(const std::string& container, const ExecSpec& spec, Terminal& terminal,
                          const Cancellation& cancel) {
  const auto& client = *engine_;
  const auto doing = running(spec, container);
  const bool is_at_terminal = terminal.size().has_value();
  cancel.check();
  const auto id = create_exec(client, doing, container,
                              exec_body(spec, is_at_terminal ? Input::terminal : Input::pipe));
  const auto resize = [&](Terminal::Size size) {
    const auto sized = post(fmt::format("/exec/{}/resize?h={}&w={}", id, size.rows, size.columns));
    return client.ask(doing, sized).ok();
  };
  std::string first_output;
  const OutputSink show = [&](OutputStream stream, std::string_view bytes) {
    if (first_output.size() < kKeptOutput) first_output.append(bytes.substr(0, kKeptOutput));
    terminal.show(stream, bytes);
  };
  FrameDecoder decoder(show);
  const Sink decode = [&](std::string_view bytes) {
    // A terminal has but one output.
    if (is_at_terminal)
      show(OutputStream::out, bytes);
    else
      decoder.feed(bytes);
  };
  const auto start =
      post("/exec/" + id + "/start", fmt::format(R"({{"Detach":false,"Tty":{}}})", is_at_terminal));
  Conversation(client, doing, start, cancel).run(terminal, decode, resize, cancel);
  if (!is_at_terminal && !decoder.at_boundary())
    throw client.error(Kind::lost, doing, "its output broke off in the middle");
  const int code = await_exit_code(client, doing, id, decoder.engine_error());
  expect_user(client, doing, code, first_output);
  return code;
}

void EngineRuntime::copy_in(const std::string& container, const std::string& path,
                            const Source& tar, const Cancellation& cancel) {
  const std::string doing =
      fmt::format("cannot copy into '{}' of the container '{}'", path, container);
  // libpod would make a missing directory, and Docker's refusal could be lost while the tar is
  // still being sent.
  net::Request look;
  look.method = "HEAD";
  look.target = archive_of(container, {{"path", path}});
  engine_->require(doing, look, cancel);

  net::Request put;
  put.method = "PUT";
  // Docker keeps the owners of the tar by default; libpod only so, whatever the name suggests.
  put.target = archive_of(container, {{"path", path}, {"copyUIDGID", "false"}});
  put.headers = {{"Content-Type", "application/x-tar"}};
  put.stream = tar;
  put.idle_timeout = kIdle;
  engine_->require(doing, put, cancel);
}

void EngineRuntime::copy_out(const std::string& container, const std::string& path, const Sink& tar,
                             const Cancellation& cancel) {
  auto request = get(archive_of(container, {{"path", path}}));
  request.idle_timeout = kIdle;
  engine_->stream(fmt::format("cannot copy '{}' out of the container '{}'", path, container),
                  request, tar, cancel);
}

void EngineRuntime::kill(const std::string& container) {
  const auto doing = quoted("cannot kill the container", container);
  request_unless(*engine_, doing, post(path_of(container) + "/kill"),
                 {Kind::not_found, Kind::conflict});
  await_end(*engine_, doing, container);
}

std::vector<ContainerSummary> EngineRuntime::list(const Labels& labels) {
  const auto answer = require_json(*engine_, "cannot list the containers",
                                   get(filtered("/containers/json", labels, {{"all", "true"}})));
  return only_labelled(containers_from(answer), labels);
}

std::vector<std::string> EngineRuntime::networks_of(const std::string& container) {
  return networks_from(require_json(*engine_, quoted("cannot inspect the container", container),
                                    get(path_of(container) + "/json")));
}

void EngineRuntime::disconnect(const std::string& container, const std::string& network) {
  request_unless(
      *engine_, quoted("cannot cut off the container", container),
      post("/networks/" + net::escape(network) + "/disconnect", disconnect_body(container)),
      {Kind::not_found});
}

void EngineRuntime::remove_network(const std::string& name) {
  request_unless(*engine_, quoted("cannot remove the network", name),
                 runtimes::remove("/networks/" + net::escape(name)), {Kind::not_found});
}

void EngineRuntime::remove_volume(const std::string& name) {
  request_unless(*engine_, quoted("cannot remove the volume", name),
                 runtimes::remove("/volumes/" + net::escape(name)), {Kind::not_found});
}

}  // namespace pkgkiln::runtimes
