#include "core/run/target_builder.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>
#include <system_error>
#include <utility>
#include <variant>

#include "core/pacman/package_name.hpp"
#include "core/run/describe.hpp"
#include "core/run/plan_record.hpp"
#include "core/state/old_files.hpp"

namespace pkgkiln {

namespace {

/// How often the logs are looked at, each time that they have grown by this part of what they may
/// take.
constexpr std::uint64_t kLooks = 8;

/// What was found on the way belongs to the record, however the build ends.
void note_findings(BuildRecord& record, const Inspected& found) {
  if (!found.commit.empty()) record.commit = found.commit;
  record.tree = found.tree;
  record.vcs_sources = found.vcs_sources;
}

void note_steps(TargetResult& result, const PackageBuild& build) {
  for (auto& step : build.times()) result.steps.push_back(std::move(step));
}

void note_cache(History& history, const PackageBuild& build) {
  if (build.own_cache().empty()) return;
  history.record_cache(build.own_cache(), build.cache_size(), std::chrono::system_clock::now());
}

void note_end(BuildRecord& record) {
  record.finished = std::max(std::chrono::system_clock::now(), record.started);
}

void tell_of_gaps(BuildLog& log, const Target& target, RunObserver& observer) {
  if (const auto problem = log.problem(); !problem.empty())
    observer.notice(
        fmt::format("the log of '{}' could not all be written: {}", target.name, problem));
}

/// Whether the packages are published, or will be.
bool is_kept(TargetResult::Status status) {
  return status == TargetResult::Status::built || status == TargetResult::Status::unpublished;
}

}  // namespace

TargetBuilder::TargetBuilder(const RunParts& parts, SpoolPublisher& publisher,
                             RunObserver& observer, std::string image, KnownTargets known,
                             Distribution distribution)
    : parts_(parts),
      publisher_(publisher),
      observer_(observer),
      logs_(parts, observer),
      owners_(parts.history, parts.repositories, std::move(known), std::move(distribution)),
      image_(std::move(image)) {}

TargetResult TargetBuilder::begin(const Plan& plan) {
  TargetResult result;
  result.target = plan.target;
  auto& record = result.record;
  record = record_for(plan);
  record.image = image_;
  record.started = logs_.start_of(plan.target);
  record.log = parts_.state.log(plan.target.name, record.build);
  const std::lock_guard lock(logs_mutex_);
  logs_in_use_.insert(record.log);
  return result;
}

std::optional<TargetResult> TargetBuilder::held_back(const Plan& plan) const {
  const auto* build = std::get_if<Build>(&plan.decision);
  if (build == nullptr || build->not_with_image.empty() || build->not_with_image != image_)
    return std::nullopt;
  const auto last = parts_.history.last(plan.target.name);
  if (!last || may_publish_now(*last, plan.target)) return std::nullopt;
  TargetResult result;
  result.record = *last;
  result.record.why = fmt::format("not tried again: {} ({})", build->why, last->why);
  result.hint = "pkgkiln build " + plan.target.name + " tries it at once";
  set_status(result, last->status == word(TargetResult::Status::timed_out)
                         ? TargetResult::Status::timed_out
                         : TargetResult::Status::failed);
  return result;
}

/// Whether names were all that was against its last build, and nothing is against them any more.
bool TargetBuilder::may_publish_now(const BuildRecord& last, const Target& target) const {
  if (last.status != word(TargetResult::Status::failed) || last.files.empty()) return false;
  return std::none_of(last.files.begin(), last.files.end(), [&](const RecordedFile& file) {
    const auto name = pacman::PackageFileName::parse(file.file_name);
    return name && owners_.refusal(name->pkgname, target);
  });
}

Begun TargetBuilder::survey(const Plan& plan, const Cancellation& cancel) {
  Begun begun{begin(plan), std::nullopt};
  auto& record = begun.result.record;
  {
    BuildLog log(record.log, parts_.settings.host.log);
    const auto source = open_source(plan.target, parts_.state, parts_.remotes);
    PackageBuild build(parts_.runtime, parts_.identity, parts_.settings,
                       job(plan, record, *source, log));
    const auto ended = build.inspect(cancel);
    note_cache(parts_.history, build);
    auto found = build.inspected();
    remember(found, plan.target.name, parts_.history);
    if (!ended) {
      begun.inspected = std::move(found);
      note_steps(begun.result, build);
      return begun;
    }
    note_findings(record, found);
    describe(begun.result, *ended);
    owners_.release(plan.target);
    tell_of_gaps(log, plan.target, observer_);
  }
  observer_.build_started(plan, record.log);
  note_end(record);
  parts_.history.record(record);
  finish(plan.target, record);
  return begun;
}

TargetResult TargetBuilder::build(const Plan& plan, const std::optional<Begun>& begun,
                                  const BuildTurn& turn, const Cancellation& cancel) {
  auto result = begun ? begun->result : begin(plan);
  const auto& spool = publisher_.spool();
  const auto directory = spool.open(plan.target.name, result.record.build);
  const auto outcome = build_packages(plan, result, begun, turn, directory, cancel);
  describe(result, outcome);
  if (result.record.step == "dependencies") hint_at_versions(result);
  note_end(result.record);
  if (result.status == TargetResult::Status::built) {
    const Spool::Batch batch{directory, result.record};
    spool.seal(batch);
    const auto& packages = std::get<Built>(outcome).packages;
    const auto news = owners_.news(packages, plan.target);
    publisher_.publish(batch, packages, result);
    if (is_kept(result.status))
      for (const auto& one : news) observer_.notice(one);
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
                                           const std::optional<Begun>& begun, const BuildTurn& turn,
                                           const std::filesystem::path& output_dir,
                                           const Cancellation& cancel) {
  BuildLog log(result.record.log, parts_.settings.host.log);
  const auto source = open_source(plan.target, parts_.state, parts_.remotes);
  observer_.build_started(plan, result.record.log);
  auto work = job(plan, result.record, *source, log);
  work.output_dir = output_dir;
  work.turn = turn;
  work.turn.take = [&] {
    const bool taken = turn.take();
    result.record.started = logs_.start_of(plan.target);  // it may have waited long
    return taken;
  };
  if (begun) work.inspected = begun->inspected;
  PackageBuild build(parts_.runtime, parts_.identity, parts_.settings, std::move(work));
  auto outcome = build.run(cancel);
  auto found = build.inspected();
  note_findings(result.record, found);
  remember(found, plan.target.name, parts_.history);
  // What was remembered may be why: makepkg is asked again the next time.
  if (found.remembered && std::holds_alternative<Failed>(outcome))
    parts_.history.forget_inspection(plan.target.name);
  note_steps(result, build);
  result.record.peak_memory = build.peak_memory();
  note_cache(parts_.history, build);
  tell_of_gaps(log, plan.target, observer_);
  return outcome;
}

BuildJob TargetBuilder::job(const Plan& plan, const BuildRecord& record, PackagingSource& source,
                            BuildLog& log) {
  return {plan,
          source,
          parts_.repositories.at(plan.target.repository),
          parts_.remotes,
          record.build,
          image_,
          {},
          log,
          [this, &plan](const std::string& pkgname) { return owners_.claim(pkgname, plan.target); },
          [this, &plan](const std::string& step) { observer_.step_started(plan.target, step); }};
}

/// Pacman says no more of a version that isn't there than of a package that isn't.
void TargetBuilder::hint_at_versions(TargetResult& result) const {
  std::istringstream words(result.record.why);
  for (std::string word; words >> word;) {
    word.erase(0, word.find_first_not_of('\''));
    while (!word.empty() && (word.back() == '\'' || word.back() == ',')) word.pop_back();
    const auto dependency = pacman::Dependency::parse(word);
    if (dependency.relation == pacman::Dependency::Relation::any) continue;
    if (const auto there = other_version(dependency, result.target.repository))
      result.hint = fmt::format("{} is needed, but {}", word, *there);
  }
}

/// Which target has a package of that name in a version that doesn't do.
std::optional<std::string> TargetBuilder::other_version(const pacman::Dependency& dependency,
                                                        const std::string& repository) const {
  std::optional<std::string> found;
  const auto look_at = [&](const std::string& target, const std::string& pkgname,
                           const std::string& version) {
    if (pkgname == dependency.name && !version.empty() && !dependency.allows(version))
      found = fmt::format("the target '{}' makes {} {}", target, pkgname, version);
  };
  if (const auto owner = parts_.history.owner_of(dependency.name, repository))
    if (const auto last = parts_.history.last_good(*owner))
      for (const auto& file : last->files)
        if (const auto name = pacman::PackageFileName::parse(file.file_name))
          look_at(*owner, name->pkgname, name->version);
  for (const auto& node : nodes_)
    if (node.repository == repository)
      for (const auto& offer : node.offers) look_at(node.name, offer.pkgname, offer.version);
  return found;
}

void TargetBuilder::finish(const Target& target, const BuildRecord& record) {
  if (record.status != word(TargetResult::Status::interrupted)) logs_.deliver(target, record);
  make_room_for_logs(record.log);
}

void TargetBuilder::make_room_for_logs(const std::filesystem::path& log) {
  const auto limit = parts_.settings.host.logs;
  const std::lock_guard lock(logs_mutex_);
  logs_in_use_.erase(log);
  std::error_code ignored;
  const auto size = std::filesystem::file_size(log, ignored);
  if (!ignored) logged_ += size;
  if (limit == 0 || logged_ <= limit / kLooks) return;
  logged_ = 0;
  try {
    for (const auto& logs : logs_beyond(parts_.state, limit, logs_in_use_)) logs.remove();
  } catch (const Error& error) {
    observer_.notice(fmt::format("more logs are kept than is wanted: {}", error.what()));
  }
}

}  // namespace pkgkiln
