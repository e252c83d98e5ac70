#include <algorithm>
#include <fmt/format.h>

#include "core/base/digest.hpp"
#include "core/report/escape.hpp"
#include "core/report/pages.hpp"

namespace pkgkiln::report {

namespace {

using std::chrono::system_clock;

/// The same for the same thing, in whatever folder the report is: RFC 9562, version 8.
std::string id_of(const std::string& what) {
  auto digits = sha256_of(what).substr(0, 32);
  digits[12] = '8';
  digits[16] = '8';
  return fmt::format("urn:uuid:{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                     digits.substr(12, 4), digits.substr(16, 4), digits.substr(20));
}

std::string address(const ReportSettings& settings, const std::string& path) {
  return settings.url.empty() ? path : markup(settings.url) + "/" + path;
}

std::string entry(const Snapshot& snapshot, const BuildRecord& build) {
  std::string title = build.target + " ", summary;
  if (build.status == Status::built) {
    title += build.version;
    summary = build.previous_version.empty() ? "the first version that was built"
                                             : build.previous_version + " was there before";
  } else {
    title += build.step.empty() ? word(build.status)
                                : std::string(word(build.status)) + " at step " + build.step;
    summary = build.why;
  }
  return fmt::format(R"(<entry>
<id>{}</id>
<title>{}</title>
<updated>{}</updated>
<link rel="alternate" type="text/html" href="{}"/>
<category term="{}"/>
<summary>{}</summary>
</entry>
)",
                     id_of(snapshot.instance + "\n" + build.target + "\n" + build.build),
                     markup(title), date_time(build.finished),
                     address(snapshot.settings, "targets/" + file_name_for(build.target) + ".html"),
                     build.status == Status::built ? "version" : "failure", markup(summary));
}

/// One metric: its help, its type, and a line for each sample that `write` makes.
class Metrics {
 public:
  void begin(std::string name, const char* type, const char* help) {
    name_ = "pkgkiln_" + std::move(name);
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name_, help, type);
  }
  template <typename Value>
  void sample(const std::string& labels, Value value) {
    text_ += fmt::format("{}{} {}\n", name_, labels.empty() ? "" : "{" + labels + "}", value);
  }
  template <typename Value>
  void gauge(std::string name, const char* help, Value value) {
    begin(std::move(name), "gauge", help);
    sample("", value);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_, name_;
};

double seconds_of(system_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::int64_t stamp(system_clock::time_point time) {
  return system_clock::to_time_t(time);
}

void add_run(Metrics& metrics, const RunRecord& run) {
  metrics.gauge("last_run_start_timestamp_seconds", "When the last run that ended began.",
                stamp(run.started));
  metrics.gauge("last_run_end_timestamp_seconds", "When it ended.", stamp(*run.finished));
  metrics.gauge("last_run_duration_seconds", "How long it took.",
                seconds_of(*run.finished - run.started));
  metrics.gauge("last_run_exit_code", "Its exit code.", run.exit_code);
  metrics.begin("last_run_targets", "gauge", "What became of its targets.");
  metrics.sample("outcome=\"built\"", run.built);
  metrics.sample("outcome=\"failed\"", run.failed);
  metrics.sample("outcome=\"waiting\"", run.waiting);
  metrics.sample("outcome=\"unchanged\"",
                 run.targets - std::min(run.targets, run.built + run.failed + run.waiting));
}

}  // namespace

std::string feed(const Snapshot& snapshot, const std::vector<BuildRecord>& news) {
  const auto& settings = snapshot.settings;
  system_clock::time_point updated{};
  for (const auto& build : news) updated = std::max(updated, build.finished);
  auto text = fmt::format(R"(<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>{}</id>
<title>{}</title>
<updated>{}</updated>
<author><name>pkgkiln</name></author>
<generator>pkgkiln</generator>
<link rel="alternate" type="text/html" href="{}"/>
<link rel="self" type="application/atom+xml" href="{}"/>
)",
                          id_of(snapshot.instance), markup(settings.title), date_time(updated),
                          address(settings, "index.html"), address(settings, "feed.xml"));
  for (const auto& build : news) text += entry(snapshot, build);
  return text + "</feed>\n";
}

std::string metrics(const Snapshot& snapshot) {
  Metrics metrics;
  const auto run =
      std::ranges::find_if(snapshot.runs, [](const RunRecord& one) { return !!one.finished; });
  if (run != snapshot.runs.end()) add_run(metrics, *run);
  metrics.begin("targets", "gauge", "How many targets stand like that.");
  for (std::size_t i = 0; i < kStatuses; ++i) {
    const auto status = static_cast<Status>(i);
    metrics.sample(fmt::format("status=\"{}\"", word(status)),
                   std::ranges::count(snapshot.states, status, &TargetState::status));
  }
  const auto of_each = [&](const char* name, const char* help, auto value) {
    metrics.begin(name, "gauge", help);
    for (const auto& state : snapshot.states)
      if (const auto number = value(state))
        metrics.sample(fmt::format("target=\"{}\",repository=\"{}\"", label(state.target),
                                   label(state.repository)),
                       *number);
  };
  of_each("target_good", "Whether its newest attempt came to something good.",
          [](const TargetState& state) { return std::optional(is_good(state.status) ? 1 : 0); });
  of_each("target_since_timestamp_seconds", "Since when it is like that.",
          [](const TargetState& state) { return std::optional(stamp(state.since)); });
  of_each("target_last_build_duration_seconds", "How long its newest build took.",
          [](const TargetState& state) {
            return state.last_build ? std::optional(seconds_of(state.last_build->finished -
                                                               state.last_build->started))
                                    : std::nullopt;
          });
  of_each("target_last_build_peak_memory_bytes", "The most memory that its newest build had.",
          [](const TargetState& state) {
            return state.last_build && state.last_build->peak_memory > 0
                       ? std::optional(state.last_build->peak_memory)
                       : std::nullopt;
          });
  return metrics.text();
}

}  // namespace pkgkiln::report
