#include "runtimes/shared/exec.hpp"

#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <thread>

#include "runtimes/shared/engine_json.hpp"
#include "runtimes/shared/frame_decoder.hpp"
#include "runtimes/shared/image_values.hpp"

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

int await_exit_code(const EngineClient& client, const std::string& doing, const std::string& id,
                    const FrameDecoder& decoder) {
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
  if (!decoder.engine_error().empty()) why += ": " + one_line(decoder.engine_error());
  throw client.error(Kind::lost, doing, why);
}

}  // namespace

std::string exec_body(const ExecSpec& spec) {
  return json::object([&](json::Writer& out) {
    out.Key("AttachStdout");
    out.Bool(true);
    out.Key("AttachStderr");
    out.Bool(true);
    out.Key("Cmd");
    json::write(out, spec.command);
    out.Key("Env");
    json::write(out, assignments(spec.env));
    if (!spec.user.empty()) {
      out.Key("User");
      out.String(spec.user);
    }
    if (!spec.working_dir.empty()) {
      out.Key("WorkingDir");
      out.String(spec.working_dir);
    }
  });
}

int run_exec(const EngineClient& client, const std::string& container, const ExecSpec& spec,
             const OutputSink& output, const Cancellation& cancel) {
  const std::string doing =
      fmt::format("cannot run '{}' in the container '{}'",
                  spec.command.empty() ? "" : spec.command.front(), container);
  const auto created = require_json(
      client, doing, post("/containers/" + net::escape(container) + "/exec", exec_body(spec)));
  const std::string id = net::escape(json::text(json::at(created, {"Id"})));
  if (id.empty()) throw client.error(Kind::malformed, doing, "the engine gave the exec no id");

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
  const int code = await_exit_code(client, doing, id, decoder);
  // Docker tells of a user that doesn't exist in the output only.
  if (code == kCannotInvoke && first_output.find("unable to find user ") != std::string::npos)
    throw client.error(Kind::rejected, doing, one_line(first_output));
  return code;
}

}  // namespace pkgkiln::runtimes
