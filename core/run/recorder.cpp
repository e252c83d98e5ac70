#include "core/run/recorder.hpp"

#include "core/base/secret.hpp"
#include "core/base/text.hpp"

namespace pkgkiln {

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
  }
  return record;
}

}  // namespace pkgkiln
