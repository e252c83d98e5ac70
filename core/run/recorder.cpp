#include "core/run/recorder.hpp"

#include "core/base/secret.hpp"
#include "core/base/text.hpp"

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

BuildRecord record_of(const Plan& plan, const Skip& skip) {
  auto record = record_for(plan);
  record.status = Status::up_to_date;
  record.why = skip.why;
  record.finished = record.started;
  if (skip.same_as) {
    record.vcs_sources = skip.same_as->vcs_sources;
    record.files = skip.same_as->files;
  } else if (!skip.found.empty()) {
    record.vcs_sources = plan.inspected->vcs_sources;
    for (const auto& file : skip.found) record.files.push_back({file.text(), {}});
  } else {
    record.build.clear();
  }
  return record;
}

}  // namespace pkgkiln
