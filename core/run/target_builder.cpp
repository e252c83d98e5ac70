#include "core/run/target_builder.hpp"

#include <algorithm>
#include <utility>

#include "core/base/random.hpp"
#include "core/base/secret.hpp"
#include "core/run/describe.hpp"

namespace pkgkiln {

namespace {

/// What was found on the way belongs to the record, however the build ends.
void note_findings(BuildRecord& record, const Inspected& found) {
  if (!found.commit.empty()) record.commit = found.commit;
  if (found.srcinfo) record.vcs_sources = found.srcinfo->vcs_sources();
}

void note_end(BuildRecord& record) {
  record.finished = std::max(std::chrono::system_clock::now(), record.started);
}

/// Whether the packages are published, or will be.
bool is_kept(TargetResult::Status status) {
  return status == TargetResult::Status::built || status == TargetResult::Status::unpublished;
}

}  // namespace

TargetBuilder::TargetBuilder(const RunParts& parts, SpoolPublisher& publisher,
                             RunObserver& observer, std::string image,
                             std::vector<std::string> known)
    : parts_(parts),
      publisher_(publisher),
      observer_(observer),
      logs_(parts.logs, parts.history, observer),
      owners_(parts.history, std::move(known)),
      image_(std::move(image)) {}

TargetResult TargetBuilder::begin(const Plan& plan) const {
  TargetResult result;
  result.target = plan.target;
  auto& record = result.record;
  record.build = time_and_random();
  record.target = plan.target.name;
  record.url = displayable_url(plan.target.url);
  record.branch = plan.target.branch;
  record.path = plan.target.path;
  record.repository = plan.target.repository;
  record.commit = plan.commit;
  record.image = image_;
  record.started = logs_.start_of(plan.target);
  record.log = parts_.state.log(plan.target.name, record.build);
  return result;
}

Begun TargetBuilder::survey(const Plan& plan, const Cancellation& cancel) {
  Begun begun{begin(plan), std::nullopt};
  auto& record = begun.result.record;
  {
    BuildLog log(record.log, kLogLimit);
    const auto source = open_source(plan.target, parts_.state, parts_.remotes);
    PackageBuild build(parts_.runtime, parts_.identity, parts_.settings,
                       job(plan, record, *source, log));
    const auto ended = build.inspect(cancel);
    if (!ended) {
      begun.inspected = build.inspected();
      return begun;
    }
    note_findings(record, build.inspected());
    describe(begun.result, *ended);
  }
  observer_.build_started(plan, record.log);
  note_end(record);
  parts_.history.record(record);
  finish(plan.target, record);
  return begun;
}

TargetResult TargetBuilder::build(const Plan& plan, const std::optional<Begun>& begun,
                                  unsigned cores, const Cancellation& cancel) {
  auto result = begun ? begun->result : begin(plan);
  // It may have waited long since its survey.
  if (begun) result.record.started = logs_.start_of(plan.target);
  const auto& spool = publisher_.spool();
  const auto directory = spool.open(plan.target.name, result.record.build);
  describe(result, build_packages(plan, result, begun, cores, directory, cancel));
  note_end(result.record);
  if (result.status == TargetResult::Status::built) {
    const Spool::Batch batch{directory, result.record};
    spool.seal(batch);
    publisher_.publish(batch, result);
  } else {
    spool.drop(directory);
    parts_.history.record(result.record);
  }
  if (!is_kept(result.status)) owners_.release(plan.target);
  finish(plan.target, result.record);
  return result;
}

void TargetBuilder::drop(const Begun& begun) {
  std::error_code ignored;
  std::filesystem::remove(begun.result.record.log, ignored);
}

BuildOutcome TargetBuilder::build_packages(const Plan& plan, TargetResult& result,
                                           const std::optional<Begun>& begun, unsigned cores,
                                           const std::filesystem::path& output_dir,
                                           const Cancellation& cancel) {
  BuildLog log(result.record.log, kLogLimit);
  const auto source = open_source(plan.target, parts_.state, parts_.remotes);
  observer_.build_started(plan, result.record.log);
  auto work = job(plan, result.record, *source, log);
  work.output_dir = output_dir;
  work.cores = cores;
  if (begun) work.inspected = begun->inspected;
  PackageBuild build(parts_.runtime, parts_.identity, parts_.settings, std::move(work));
  auto outcome = build.run(cancel);
  note_findings(result.record, build.inspected());
  result.record.peak_memory = build.peak_memory();
  return outcome;
}

BuildJob TargetBuilder::job(const Plan& plan, const BuildRecord& record, PackagingSource& source,
                            BuildLog& log) {
  return {plan,
          source,
          parts_.repositories.at(plan.target.repository),
          record.build,
          image_,
          {},
          log,
          [this, &plan](const std::string& pkgname) { return owners_.claim(pkgname, plan.target); },
          [this, &plan](const std::string& step) { observer_.step_started(plan.target, step); }};
}

void TargetBuilder::finish(const Target& target, const BuildRecord& record) {
  if (record.status != word(TargetResult::Status::interrupted)) logs_.deliver(target, record);
}

}  // namespace pkgkiln
