#include "core/run/recorder.hpp"

#include "core/base/process.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"

namespace pkgkiln {

namespace {

/// Thousands of outcomes need not pile up before they are heard, while no build waits.
constexpr std::size_t kToldAtOnce = 256;

}  // namespace

BuildRecord unbuilt(const Job& job) {
  BuildRecord record;
  record.target = job.target.name;
  record.url = displayable_url(job.target.url);
  record.branch = job.target.branch;
  record.path = job.target.path;
  record.repository = job.target.repository;
  record.commit = job.plan.commit;
  record.forced = job.target.force;
  record.conditions = job.plan.conditions;
  record.host = host_name();
  record.previous_version = job.last_version;
  if (job.inspection) record.tree = job.inspection->tree;
  record.started = std::chrono::system_clock::now();
  return record;
}

BuildRecord record_for(const Job& job) {
  auto record = unbuilt(job);
  record.build = time_and_random();
  return record;
}

BuildRecord record_of(const Job& job, Skip skip) {
  const bool is_news = !skip.found.empty();
  auto record = is_news ? record_for(job) : unbuilt(job);
  record.status = Status::up_to_date;
  record.why = std::move(skip.why);
  record.built_from = skip.built_from;
  record.finished = record.started;
  if (is_news) {
    record.vcs_sources = job.inspection->vcs_sources;
    for (const auto& file : skip.found) record.files.push_back({file.text(), {}});
    record.version = skip.found.front().version;
  }
  return record;
}

void Recorder::ended(const std::vector<Job*>& jobs) {
  for (auto* job : jobs) {
    job->stage = Job::Stage::ended;
    const auto& record = job->record;
    // What isn't for this machine says nothing of what is published.
    const bool is_news = record.status != Status::up_to_date || !record.files.empty();
    if (!record.build.empty() && is_news) history_.record(record);
  }
  history_.record_attempts({jobs.begin(), jobs.end()});
  std::size_t told = 0;
  for (const auto* job : jobs) {
    events_.tell(Ended{job->target, job->record});
    if (++told % kToldAtOnce == 0) events_.flush();
  }
}

}  // namespace pkgkiln
