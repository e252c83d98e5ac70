#include "core/builder/build_container.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <utility>

#include "core/base/stream.hpp"
#include "core/builder/script/script.hpp"

namespace pkgkiln {

namespace {

constexpr std::size_t kLongestAnswer = 1U << 20U;
/// Printed by what bootstrap.sh adds to makepkg, after the PKGBUILD was read.
constexpr std::string_view kAnswer = "pkgkiln-answer";
constexpr std::string_view kAnswerWithPkgver = "pkgkiln-answer pkgver";
constexpr const char* kCannotSweep = "cannot end what the PKGBUILD left running";

/// The names are those of makepkg.conf(5), which lets the environment override its file.
std::map<std::string, std::string> builder_environment(const BuildContainer::Environment& chosen) {
  std::map<std::string, std::string> env{
      {"PATH", builder::path},        {"LANG", "C.UTF-8"},
      {"HOME", "/home/builder"},      {"USER", builder::user},
      {"LOGNAME", builder::user},     {"SHELL", "/bin/bash"},
      {"PKGDEST", builder::pkgdest},  {"SRCDEST", builder::srcdest},
      {"BUILDDIR", "/build/builddir"}};
  env["PKGKILN_STARTDIR"] = chosen.startdir;
  if (!chosen.srcdest.empty()) env["SRCDEST"] = chosen.srcdest;
  if (!chosen.makeflags.empty()) env["MAKEFLAGS"] = chosen.makeflags;
  if (!chosen.packager.empty()) env["PACKAGER"] = chosen.packager;
  for (const auto& [name, value] : chosen.makepkg) env[name] = value;
  return env;
}

/// The number after `word` at the beginning of a line, if there is one.
std::optional<std::uint64_t> number_after(std::string_view word, std::string_view text) {
  if (!text.starts_with(word)) {
    const auto found = text.find("\n" + std::string(word));
    if (found == std::string_view::npos) return std::nullopt;
    text.remove_prefix(found + 1);
  }
  text.remove_prefix(word.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

}  // namespace

BuildContainer::BuildContainer(ContainerRuntime& runtime, ContainerSpec spec,
                               std::chrono::seconds lifetime, Environment environment,
                               BuildLog& log)
    : log_(log),
      environment_(std::move(environment)),
      mask_(environment_.proxies),
      container_(runtime, std::move(spec), lifetime, [&log](std::string_view warning) {
        log.note("the engine warns: " + std::string(warning));
      }) {}

void BuildContainer::copy_in(const std::string& directory,
                             const std::function<void(const Sink&)>& tar,
                             const Cancellation& cancel) {
  connect(tar, [&](const Source& source) {
    container_.runtime().copy_in(container_.name(), directory, source, cancel);
  });
}

StepResult BuildContainer::run(const Step& step, const Cancellation& cancel) {
  return exec(
      step, [this](OutputStream, std::string_view output) { log_.write(mask_.pass(output)); },
      cancel);
}

StepResult BuildContainer::query(const Step& step, const Cancellation& cancel) {
  std::string answer;
  const auto sort = [&](OutputStream stream, std::string_view output) {
    if (stream == OutputStream::err)
      log_.write(mask_.pass(output));
    else if (answer.size() + output.size() <= kLongestAnswer)
      answer += output;
    else
      throw Error("the answer of the step '" + step.name + "' is longer than 1 MiB");
  };
  auto result = exec(step, sort, cancel);
  result.answer = std::move(answer);
  return result;
}

StepResult BuildContainer::ask(const Step& step, const Cancellation& cancel) {
  auto asking = step;
  asking.environment["PKGKILN_ASKED"] = "1";
  auto result = query(asking, cancel);
  if (result.exit_code != 0) return result;
  const auto& answer = result.answer;
  const auto first = std::string_view(answer).substr(0, answer.find('\n'));
  if (first != kAnswer && first != kAnswerWithPkgver)
    throw Error("makepkg gave no answer")
        .because("the PKGBUILD ended makepkg, or redirected its output, while makepkg read it")
        .advise("look for an 'exit' or 'exec' outside of the PKGBUILD's functions");
  result.has_pkgver = first == kAnswerWithPkgver;
  result.answer = answer.substr(std::min(first.size() + 1, answer.size()));
  return result;
}

std::map<std::string, std::string> BuildContainer::root_environment() const {
  std::map<std::string, std::string> env{{"PATH", builder::path},
                                         {"LANG", "C.UTF-8"},
                                         {"HOME", "/root"},
                                         {"BUILDER_ID", std::to_string(builder::id)}};
  env.insert(environment_.caches.begin(), environment_.caches.end());
  return env;
}

std::map<std::string, std::string> BuildContainer::environment_of_builder() const {
  auto env = builder_environment(environment_);
  // See bootstrap.sh.
  if (checked_) env["PKGKILN_CHECKED"] = "1";
  if (!pkgrel_.empty()) env["PKGKILN_PKGREL"] = pkgrel_;
  if (arch_ != served_arch_) {
    env["PKGKILN_ARCH"] = arch_;
    env["CARCH"] = served_arch_;
  }
  return env;
}

std::map<std::string, std::string> BuildContainer::shell_environment() const {
  auto env = of_last_step_;
  env.erase("PKGKILN_ASKED");
  env.merge(environment_of_builder());
  if (!sealed_) env.insert(environment_.proxies.begin(), environment_.proxies.end());
  return env;
}

void BuildContainer::leave_behind() {
  container_.leave_behind();
  sealed_ = true;
}

StepResult BuildContainer::exec(const Step& step, const OutputSink& output,
                                const Cancellation& cancel) {
  if (!swept_) sweep(script::sweep, kCannotSweep, cancel);
  log_.begin_step(step.name, fmt::format("{}, network {}", step.as_builder ? "builder" : "root",
                                         sealed_ ? "off" : "on"));
  ExecSpec spec;
  spec.command = script::command(step.script, step.arguments);
  spec.user = step.as_builder ? builder::user : "root";
  spec.env = step.environment;
  spec.env.merge(step.as_builder ? environment_of_builder() : root_environment());
  if (!sealed_) spec.env.insert(environment_.proxies.begin(), environment_.proxies.end());
  if (step.as_builder) of_last_step_ = step.environment;
  spec.working_dir = "/";
  swept_ = !step.as_builder;
  StepResult result;
  try {
    result.exit_code = container_.runtime().exec(container_.name(), spec, output, cancel);
    log_.write(mask_.rest());
  } catch (const std::exception& error) {
    log_.write(mask_.rest());
    log_.end_step(step.name, error.what());
    throw;
  }
  log_.end_step(step.name, fmt::format("exit code {}", result.exit_code));
  if (step.as_builder && result.exit_code == 0) checked_ = true;
  // For its peak of memory: no other sweep follows a failed step.
  if (step.as_builder && result.exit_code != 0) sweep(script::sweep, kCannotSweep, cancel);
  return result;
}

void BuildContainer::seal(const Cancellation& cancel) {
  container_.disconnect();
  const auto networks = container_.runtime().networks_of(container_.name());
  if (!networks.empty())
    throw Error("cannot cut the network of the build")
        .because("the engine still lists '" + networks.front() + "'");
  sweep(script::sealed, "cannot cut the network of the build", cancel);
  sealed_ = true;
  log_.note("sealed: no network from here on");
}

std::uint64_t BuildContainer::peak_memory() {
  try {
    const auto usage = container_.runtime().usage(container_.name());
    return usage.peak_memory_bytes.value_or(peak_of_cgroup_);
  } catch (const Error& error) {
    log_.note(fmt::format("the engine does not tell how much memory it took: {}", error.what()));
    return peak_of_cgroup_;
  }
}

void BuildContainer::collect(const std::function<void(const Source&)>& consumer,
                             const Cancellation& cancel) {
  sweep(script::collect, "cannot collect the package files", cancel);
  connect(
      [&](const Sink& sink) {
        container_.runtime().copy_out(container_.name(), builder::pkgdest, sink, cancel);
      },
      consumer);
}

void BuildContainer::sweep(const char* script, const std::string& what,
                           const Cancellation& cancel) {
  ExecSpec spec;
  spec.command = script::command(script, sources_);
  spec.user = "root";
  spec.env = root_environment();
  spec.working_dir = "/";
  std::string said;
  const auto listen = [&said](OutputStream, std::string_view output) {
    said += output.substr(0, kLongestAnswer - std::min(said.size(), kLongestAnswer));
  };
  const int code = container_.runtime().exec(container_.name(), spec, listen, cancel);
  if (code != 0) {
    while (!said.empty() && said.back() == '\n') said.pop_back();
    throw Error(what).because(said.empty() ? fmt::format("exit code {}", code) : said);
  }
  swept_ = true;
  peak_of_cgroup_ = number_after("", said).value_or(peak_of_cgroup_);
  has_fetched_ = number_after("fetched ", said).value_or(0) > 0;
}

}  // namespace pkgkiln
