#include "cli/state_json.hpp"

#include <utility>

#include "cli/json_writer.hpp"
#include "core/builder/build_log.hpp"

namespace pkgkiln::cli {

namespace {

using namespace json;
using std::chrono::system_clock;

/// Of a long document so much is written at once.
constexpr std::size_t kPassedOn = std::size_t{64} << 10U;

void time(Writer& writer, const char* name, system_clock::time_point time) {
  number(writer, name, system_clock::to_time_t(time));
}

void write_build(Writer& writer, const BuildRecord& build) {
  text(writer, "build", build.build);
  text(writer, "target", build.target);
  text(writer, "repository", build.repository);
  text(writer, "status", word(build.status));
  text(writer, "step", build.step);
  number(writer, "exit_code", build.exit_code);
  text(writer, "why", build.why);
  text(writer, "hint", build.hint);
  text(writer, "version", build.version);
  text(writer, "previous_version", build.previous_version);
  text(writer, "url", build.url);
  text(writer, "branch", build.branch);
  text(writer, "path", build.path);
  text(writer, "commit", build.commit);
  text(writer, "host", build.host);
  time(writer, "started", build.started);
  time(writer, "finished", build.finished);
  number(writer, "peak_memory", static_cast<std::int64_t>(build.peak_memory));
  text(writer, "log", build.log.string());
}

void write_lists(Writer& writer, const BuildRecord& build) {
  list(writer, "files", build.files, [&](const RecordedFile& file) {
    writer.StartObject();
    text(writer, "file", file.file_name);
    text(writer, "sha256", file.sha256);
    number(writer, "size", static_cast<std::int64_t>(file.size));
    writer.EndObject();
  });
  list(writer, "sources", build.vcs_sources, [&](const RecordedSource& source) {
    writer.StartObject();
    text(writer, "source", source.source);
    text(writer, "commit", source.commit);
    writer.EndObject();
  });
  list(writer, "steps", build.steps, [&](const StepTime& step) {
    writer.StartObject();
    text(writer, "step", step.step);
    writer.Key("seconds");
    writer.Double(static_cast<double>(step.took.count()) / 1000.0);
    writer.EndObject();
  });
}

enum class Lists { none, all };

void build_or_null(Writer& writer, const char* name, const std::optional<BuildRecord>& build,
                   Lists lists) {
  writer.Key(name);
  if (!build) {
    writer.Null();
    return;
  }
  writer.StartObject();
  write_build(writer, *build);
  if (lists == Lists::all) write_lists(writer, *build);
  writer.EndObject();
}

void write_state(Writer& writer, const TargetState& state) {
  text(writer, "target", state.target);
  text(writer, "repository", state.repository);
  text(writer, "status", word(state.status));
  text(writer, "step", state.step);
  text(writer, "why", state.why);
  text(writer, "hint", state.hint);
  time(writer, "attempted", state.attempted);
  time(writer, "since", state.since);
  text(writer, "version", state.version);
  list(writer, "needs", state.needs, [&](const std::string& need) { string(writer, need); });
  build_or_null(writer, "build", state.last_build, Lists::none);
}

void write_run(Writer& writer, const RunRecord& run) {
  text(writer, "run", run.run);
  text(writer, "host", run.host);
  time(writer, "started", run.started);
  time(writer, "finished", run.finished.value_or(system_clock::time_point()));
  number(writer, "exit_code", run.exit_code);
  number(writer, "targets", static_cast<std::int64_t>(run.targets));
  number(writer, "built", static_cast<std::int64_t>(run.built));
  number(writer, "failed", static_cast<std::int64_t>(run.failed));
  number(writer, "waiting", static_cast<std::int64_t>(run.waiting));
  text(writer, "problem", run.problem);
}

}  // namespace

std::string status_json(const Standing& standing) {
  return document("targets", standing.states, write_state, [&](Writer& writer) {
    writer.Key("last_run");
    if (const auto* run = standing.last_run()) {
      writer.StartObject();
      write_run(writer, *run);
      writer.EndObject();
    } else {
      writer.Null();
    }
    boolean(writer, "running", standing.is_running);
  });
}

std::string history_json(const std::vector<BuildRecord>& builds) {
  return document("builds", builds, [](Writer& writer, const BuildRecord& build) {
    write_build(writer, build);
    write_lists(writer, build);
  });
}

std::string facts_json(const std::vector<TargetFacts>& targets) {
  return document("targets", targets, [](Writer& writer, const TargetFacts& facts) {
    write_state(writer, facts.state);
    build_or_null(writer, "good", facts.good, Lists::all);
    list(writer, "dependencies", facts.relatives.needs, [&](const Dependence& need) {
      writer.StartObject();
      text(writer, "dependency", need.dependency);
      text(writer, "target", need.target);
      writer.EndObject();
    });
    list(writer, "needed_by", facts.relatives.needed_by,
         [&](const std::string& target) { string(writer, target); });
  });
}

std::string published_json(const std::vector<PublishedPackage>& packages) {
  return document("packages", packages, [](Writer& writer, const PublishedPackage& one) {
    text(writer, "repository", one.repository);
    text(writer, "package", one.entry.pkgname);
    text(writer, "version", one.entry.version);
    text(writer, "file", one.entry.file_name);
    number(writer, "size", static_cast<std::int64_t>(one.entry.size));
    text(writer, "sha256", one.entry.sha256);
    text(writer, "target", one.target);
    list(writer, "files", one.files, [&](const std::string& file) { string(writer, file); });
  });
}

std::string check_json(const std::vector<CheckedRepository>& repositories) {
  return document("repositories", repositories, [](Writer& writer, const CheckedRepository& one) {
    text(writer, "repository", one.name);
    number(writer, "packages", static_cast<std::int64_t>(one.packages));
    list(writer, "problems", one.problems, [&](const RepositoryProblem& problem) {
      writer.StartObject();
      text(writer, "file", problem.file);
      text(writer, "what", problem.what);
      writer.EndObject();
    });
  });
}

struct LogDocument::State {
  enum class In { nothing, step, between, unwanted };

  std::string log, wanted;
  std::function<void(const std::string& text)> write;
  rapidjson::StringBuffer buffer;
  Writer writer{buffer};
  In in = In::nothing;
  bool is_begun = false;
  std::vector<std::string> steps;

  void pass_on() {
    write({buffer.GetString(), buffer.GetSize()});
    buffer.Clear();
  }
  void begin() {
    if (std::exchange(is_begun, true)) return;
    writer.SetIndent(' ', 2);
    writer.StartObject();
    number(writer, "format", kFormat);
    writer.Key("steps");
    writer.StartArray();
  }
  void open(const std::string& step, const std::string& mark) {
    begin();
    writer.StartObject();
    text(writer, "step", step);
    text(writer, "begin", mark);
    writer.Key("lines");
    writer.StartArray();
  }
  void close(const std::string& mark, bool is_good) {
    if (in == In::step || in == In::between) {
      writer.EndArray();
      text(writer, "end", mark);
      boolean(writer, "good", is_good);
      writer.EndObject();
    }
    in = In::nothing;
  }
};

LogDocument::LogDocument(std::string log, std::string step,
                         std::function<void(const std::string& text)> write)
    : state_(std::make_unique<State>()) {
  state_->log = std::move(log);
  state_->wanted = std::move(step);
  state_->write = std::move(write);
}

LogDocument::~LogDocument() = default;

void LogDocument::line(const std::string& line) {
  auto& [log, wanted, write, buffer, writer, in, is_begun, steps] = *state_;
  const auto mark = log_mark_of(line);
  const bool is_in_step = in == State::In::step || in == State::In::unwanted;
  if (mark.kind == LogMark::Kind::begin) {
    state_->close({}, true);
    steps.emplace_back(mark.step);
    const bool is_wanted = wanted.empty() || wanted == mark.step;
    if (is_wanted) state_->open(steps.back(), line);
    in = is_wanted ? State::In::step : State::In::unwanted;
  } else if (mark.kind == LogMark::Kind::end && is_in_step) {
    state_->close(line, mark.is_good);
  } else {
    if (in == State::In::nothing && wanted.empty()) {
      state_->open({}, {});
      in = State::In::between;
    }
    if (in == State::In::step || in == State::In::between) string(writer, line);
  }
  if (buffer.GetSize() > kPassedOn) state_->pass_on();
}

bool LogDocument::end() {
  state_->close({}, true);
  if (!state_->is_begun && !state_->wanted.empty()) return false;
  state_->begin();
  auto& writer = state_->writer;
  writer.EndArray();
  text(writer, "log", state_->log);
  writer.EndObject();
  state_->pass_on();
  state_->write("\n");
  return true;
}

const std::vector<std::string>& LogDocument::steps() const {
  return state_->steps;
}

}  // namespace pkgkiln::cli
