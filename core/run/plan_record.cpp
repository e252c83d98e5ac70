#include "core/run/plan_record.hpp"

#include "core/base/random.hpp"
#include "core/base/secret.hpp"

namespace pkgkiln {

BuildRecord record_for(const Plan& plan) {
  BuildRecord record;
  record.build = time_and_random();
  record.target = plan.target.name;
  record.url = displayable_url(plan.target.url);
  record.branch = plan.target.branch;
  record.path = plan.target.path;
  record.repository = plan.target.repository;
  record.commit = plan.commit;
  record.forced = plan.target.force;
  record.conditions = plan.conditions;
  if (plan.inspected) record.tree = plan.inspected->tree;
  record.started = std::chrono::system_clock::now();
  return record;
}

void record_found(const Plan& plan, History& history) {
  const auto* skip = std::get_if<Skip>(&plan.decision);
  if (skip == nullptr || (skip->found.empty() && !skip->same_as)) return;
  auto record = record_for(plan);
  record.status = "up-to-date";
  record.why = skip->why;
  record.finished = record.started;
  if (skip->same_as) {
    record.vcs_sources = skip->same_as->vcs_sources;
    record.files = skip->same_as->files;
  } else {
    record.vcs_sources = plan.inspected->vcs_sources;
  }
  for (const auto& file : skip->found) record.files.push_back({file.text(), {}});
  history.record(record);
}

}  // namespace pkgkiln
