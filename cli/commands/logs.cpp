#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <memory>
#include <thread>
#include <unistd.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "cli/state_json.hpp"
#include "cli/terminal/terminal.hpp"
#include "core/base/printable.hpp"
#include "core/builder/build_log.hpp"

namespace pkgkiln::cli {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kPoll{200};
constexpr std::size_t kChunk = std::size_t{64} << 10U;

/// The logs of a target, the newest first: their names begin with the time.
std::vector<fs::path> logs_of(const StateDir& state, const std::string& target) {
  auto found = entries_of(state.log(target, "x").parent_path());
  std::erase_if(found, [](const fs::path& path) { return path.extension() != ".log"; });
  std::ranges::reverse(found);
  return found;
}

fs::path newest_of_all(const StateDir& state) {
  fs::path newest;
  for (const auto& directory : entries_of(state.logs())) {
    if (directory.filename().string().starts_with('.')) continue;  // of the builder image
    const auto logs = logs_of(state, directory.filename().string());
    if (!logs.empty() && newest.filename() < logs.front().filename()) newest = logs.front();
  }
  if (newest.empty())
    throw Error("there are no logs in '" + state.logs().string() + "'")
        .because("nothing has been built yet")
        .advise("pkgkiln build");
  return newest;
}

/// By its id, or the beginning of one; or as its number, 1 being the newest.
fs::path chosen(const std::vector<fs::path>& logs, const std::string& build) {
  std::size_t number = 0;
  const auto* const end = build.data() + build.size();
  const bool is_number = std::from_chars(build.data(), end, number).ptr == end;
  if (is_number && number >= 1 && number <= logs.size()) return logs[number - 1];
  for (const auto& log : logs)
    if (build.size() > 3 && log.filename().string().starts_with(build)) return log;
  return {};
}

fs::path find_log(const StateDir& state, const Arguments& arguments) {
  if (arguments.targets.empty()) {
    if (!arguments.build.empty())
      throw UsageError("--build is for the builds of one target, and there is none named");
    return newest_of_all(state);
  }
  const auto& target = arguments.targets.front();
  const auto logs = logs_of(state, target);
  if (logs.empty())
    throw UsageError("there is no log of a target '" + printable(target) + "'")
        .advise("pkgkiln status lists what was built");
  if (arguments.build.empty()) return logs.front();
  const auto log = chosen(logs, arguments.build);
  if (log.empty())
    throw UsageError(fmt::format("'{}' has no log of a build '{}'", printable(target),
                                 printable(arguments.build)))
        .because(fmt::format("it has {}, the newest of which is 1", logs.size()))
        .advise("pkgkiln history " + target + " lists its builds");
  return log;
}

/// Where what is shown goes: a pager's input, or stdout.
class Output {
 public:
  explicit Output(bool paged) {
    if (!paged) return;
    ::setenv("LESS", "FRX", 0);  // as it is for git: colours, and no pager for what fits
    // One that is not there would show nothing.
    const char* pager = std::getenv("PAGER");
    const std::string command =
        pager != nullptr ? pager
                         : "if command -v less >/dev/null; then exec less; else exec cat; fi";
    if (command.empty()) return;
    pager_.reset(::popen(command.c_str(), "w"));  // NOLINT(cert-env33-c): it is the user's own word
  }
  /// Waits until it is read, or nobody is there to read it: a log may be long.
  void write(const std::string& text) {
    if (pager_)
      std::fwrite(text.data(), 1, text.size(), pager_.get());
    else if (!text.empty())
      print(text);
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { ::pclose(file); }
  };
  std::unique_ptr<std::FILE, Close> pager_;
};

/// Passes on the lines of a log that are wanted, with the colours of their kinds.
class Lines {
 public:
  Lines(std::string step, bool coloured)
      : step_(std::move(step)), coloured_(coloured), in_step_(step_.empty()) {}

  /// The next part of the log, which may end in a line.
  std::string take(std::string_view part) {
    std::string shown;
    unread_ += part;
    std::size_t begin = 0;
    for (std::size_t end; (end = unread_.find('\n', begin)) != std::string::npos; begin = end + 1)
      shown += line(std::string_view(unread_).substr(begin, end - begin));
    unread_.erase(0, begin);
    return shown;
  }
  std::string rest() { return unread_.empty() ? "" : line(std::exchange(unread_, {})); }
  bool has_shown() const { return has_shown_; }
  const std::vector<std::string>& steps() const { return steps_; }

 private:
  std::string line(std::string_view text) {
    const auto mark = log_mark_of(text);
    if (mark.kind == LogMark::Kind::begin) {
      in_step_ = step_.empty() || mark.step == step_;
      steps_.emplace_back(mark.step);
    }
    const bool is_shown = in_step_;
    if (mark.kind == LogMark::Kind::end && !step_.empty()) in_step_ = false;
    if (!is_shown) return {};
    has_shown_ = true;
    return fmt::format("{}{}{}\n", colour(mark), text,
                       coloured_ && !mark.is_none() ? "\x1b[0m" : "");
  }

  const char* colour(const LogMark& mark) const {
    if (!coloured_) return "";
    switch (mark.kind) {
      case LogMark::Kind::begin:
        return "\x1b[1;34m";
      case LogMark::Kind::end:
        return mark.is_good ? "\x1b[32m" : "\x1b[1;31m";
      case LogMark::Kind::note:
        return "\x1b[33m";
      case LogMark::Kind::none:
        break;
    }
    return "";
  }

  std::string step_;
  bool coloured_, in_step_, has_shown_ = false;
  std::string unread_;
  std::vector<std::string> steps_;
};

[[noreturn]] void throw_no_step(const std::string& step, const std::vector<std::string>& there,
                                const fs::path& log) {
  throw UsageError(fmt::format("the log has no step '{}'", printable(step)))
      .because(there.empty() ? "it has none" : fmt::format("it has {}", fmt::join(there, ", ")))
      .because("log: " + log.string());
}

void print_json(const fs::path& log, const std::string& step, const Cancellation& cancel) {
  std::ifstream file(log, std::ios::binary);
  if (!file) throw Error("cannot read the log '" + log.string() + "'");
  LogDocument document(log.string(), step, print);
  for (std::string line; std::getline(file, line); cancel.check()) document.line(line);
  if (!document.end()) throw_no_step(step, document.steps(), log);
}

/// Whether nothing more comes: its build has a record, or no run goes on.
bool has_ended(const StateDir& state, const History& history, const fs::path& log) {
  const auto target = log.parent_path().filename().string();
  const auto logs = logs_of(state, target);
  if (logs.empty() || logs.front() != log) return true;  // a newer one was begun
  const auto builds = history.builds(target, 1);
  return (!builds.empty() && builds.front().log == log) || !is_run_going_on(state);
}

void show(const StateDir& state, const fs::path& log, const Arguments& arguments, Lines& lines,
          const Cancellation& cancel) {
  std::ifstream file(log, std::ios::binary);
  if (!file) throw Error("cannot read the log '" + log.string() + "'");
  Output output(::isatty(STDOUT_FILENO) != 0 && !arguments.follow);
  const History history(state);
  std::string part(kChunk, '\0');
  for (bool ended = !arguments.follow;;) {
    while (file.read(part.data(), static_cast<std::streamsize>(part.size())), file.gcount() > 0) {
      output.write(lines.take({part.data(), static_cast<std::size_t>(file.gcount())}));
      cancel.check();
    }
    if (ended) break;
    file.clear();
    cancel.check();
    ended = has_ended(state, history, log);  // asked before the last read
    if (!ended) std::this_thread::sleep_for(kPoll);
  }
  output.write(lines.rest());
}

}  // namespace

int logs_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto config = load_config(arguments);
  const StateDir state(config.settings.build.state_dir);
  const auto log = find_log(state, arguments);
  if (arguments.json) {
    print_json(log, arguments.step, cancel);
    return exit_code::ok;
  }
  Lines lines(arguments.step, is_coloured());
  show(state, log, arguments, lines, cancel);
  if (lines.has_shown() || arguments.step.empty()) return exit_code::ok;
  throw_no_step(arguments.step, lines.steps(), log);
}

}  // namespace pkgkiln::cli
