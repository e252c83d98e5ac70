#include "core/run/target_builder.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>
#include <system_error>
#include <utility>
#include <variant>

#include "core/journal/old_files.hpp"
#include "core/package/package_name.hpp"
#include "core/run/recorder.hpp"

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

void note_steps(BuildRecord& record, const PackageBuild& build) {
  for (auto& step : build.times()) record.steps.push_back(std::move(step));
}

void note_cache(History& history, const PackageBuild& build) {
  if (build.own_cache().empty()) return;
  history.record_cache(build.own_cache(), build.cache_size(), std::chrono::system_clock::now());
}

void note_end(BuildRecord& record) {
  record.finished = std::max(std::chrono::system_clock::now(), record.started);
}

void tell_of_gaps(BuildLog& log, const Target& target, Events& events) {
  if (const auto problem = log.problem(); !problem.empty())
    events.notice(
        fmt::format("the log of '{}' could not all be written: {}", target.name, problem));
}

/// Whether the packages are published, or will be.
bool is_kept(Status status) {
  return status == Status::built || status == Status::unpublished;
}

}  // namespace

TargetBuilder::TargetBuilder(const RunParts& parts, SpoolPublisher& publisher, Events& events,
                             std::string image, KnownTargets known, Distribution distribution)
    : parts_(parts),
      publisher_(publisher),
      events_(events),
      recorder_(parts.history, events),
      owners_(parts.history, parts.repositories, std::move(known), std::move(distribution)),
      image_(std::move(image)) {}

BuildRecord TargetBuilder::begin(const Plan& plan) {
  auto record = record_for(plan);
  record.image = image_;
  record.started = start_of(plan.target);
  record.log = parts_.state.log(plan.target.name, record.build);
  const std::lock_guard lock(logs_mutex_);
  logs_in_use_.insert(record.log);
  return record;
}

std::optional<BuildRecord> TargetBuilder::held_back(const Plan& plan) const {
  const auto* build = std::get_if<Build>(&plan.decision);
  if (build == nullptr || build->not_with_image.empty() || build->not_with_image != image_)
    return std::nullopt;
  auto last = parts_.history.last(plan.target.name);
  if (!last || may_publish_now(*last, plan.target)) return std::nullopt;
  last->build.clear();  // none of this run
  last->why = fmt::format("not tried again: {} ({})", build->why, last->why);
  last->hint = "pkgkiln build " + plan.target.name + " tries it at once";
  return last;
}

/// Whether names were all that was against its last build, and nothing is against them any more.
bool TargetBuilder::may_publish_now(const BuildRecord& last, const Target& target) const {
  if (last.status != Status::failed || last.files.empty()) return false;
  return std::none_of(last.files.begin(), last.files.end(), [&](const RecordedFile& file) {
    const auto name = pacman::PackageFileName::parse(file.file_name);
    return name && owners_.refusal(name->pkgname, target);
  });
}

Begun TargetBuilder::survey(const Plan& plan, const Cancellation& cancel) {
  Begun begun{begin(plan), std::nullopt};
  auto& record = begun.record;
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
      note_steps(record, build);
      return begun;
    }
    note_findings(record, found);
    note_outcome(record, *ended);
    note_steps(record, build);
    owners_.release(plan.target);
    tell_of_gaps(log, plan.target, events_);
  }
  tell_begun(plan, record);
  note_end(record);
  recorder_.ended(plan.target, record);
  make_room_for_logs(record.log);
  return begun;
}

BuildRecord TargetBuilder::build(const Plan& plan, const std::optional<Begun>& begun,
                                 const BuildTurn& turn, const Cancellation& cancel) {
  auto record = begun ? begun->record : begin(plan);
  const auto& spool = publisher_.spool();
  const auto directory = spool.open(plan.target.name, record.build);
  const auto outcome = build_packages(plan, record, begun, turn, directory, cancel);
  note_outcome(record, outcome);
  if (record.step == "dependencies") hint_at_versions(record);
  note_end(record);
  std::vector<std::string> news;
  if (record.status == Status::built) {
    const Spool::Batch batch{directory, record};
    spool.seal(batch);
    const auto& packages = std::get<Built>(outcome).packages;
    news = owners_.news(packages, plan.target);
    publisher_.publish(batch, plan.target, packages, record);
  } else {
    spool.drop(directory);
  }
  recorder_.ended(plan.target, record);
  if (record.status == Status::built) publisher_.look_after_former(record);
  if (is_kept(record.status))
    for (auto& one : news) events_.notice(std::move(one));
  else
    owners_.release(plan.target);
  make_room_for_logs(record.log);
  return record;
}

void TargetBuilder::drop(const Begun& begun) {
  std::error_code ignored;
  std::filesystem::remove(begun.record.log, ignored);
}

BuildOutcome TargetBuilder::build_packages(const Plan& plan, BuildRecord& record,
                                           const std::optional<Begun>& begun, const BuildTurn& turn,
                                           const std::filesystem::path& output_dir,
                                           const Cancellation& cancel) {
  BuildLog log(record.log, parts_.settings.host.log);
  const auto source = open_source(plan.target, parts_.state, parts_.remotes);
  tell_begun(plan, record);
  auto work = job(plan, record, *source, log);
  work.output_dir = output_dir;
  work.turn = turn;
  work.turn.take = [&] {
    const bool taken = turn.take();
    record.started = start_of(plan.target);  // it may have waited long
    return taken;
  };
  if (begun) work.inspected = begun->inspected;
  PackageBuild build(parts_.runtime, parts_.identity, parts_.settings, std::move(work));
  auto outcome = build.run(cancel);
  auto found = build.inspected();
  note_findings(record, found);
  remember(found, plan.target.name, parts_.history);
  // What was remembered may be why: makepkg is asked again the next time.
  if (found.remembered && std::holds_alternative<Failed>(outcome))
    parts_.history.forget_inspection(plan.target.name);
  note_steps(record, build);
  record.peak_memory = build.peak_memory();
  note_cache(parts_.history, build);
  tell_of_gaps(log, plan.target, events_);
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
          [this, &plan](const std::string& step) {
            events_.tell(StepBegun{plan.target.name, step});
          }};
}

/// Pacman says no more of a version that isn't there than of a package that isn't.
void TargetBuilder::hint_at_versions(BuildRecord& record) const {
  std::istringstream words(record.why);
  for (std::string word; words >> word;) {
    word.erase(0, word.find_first_not_of('\''));
    while (!word.empty() && (word.back() == '\'' || word.back() == ',')) word.pop_back();
    const auto dependency = pacman::Dependency::parse(word);
    if (dependency.relation == pacman::Dependency::Relation::any) continue;
    if (const auto there = other_version(dependency, record.repository))
      record.hint = fmt::format("{} is needed, but {}", word, *there);
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

void TargetBuilder::tell_begun(const Plan& plan, const BuildRecord& record) {
  const auto* build = std::get_if<Build>(&plan.decision);
  events_.tell(
      BuildBegun{plan.target.name, build == nullptr ? "asked to" : build->why, record.log});
}

std::chrono::system_clock::time_point TargetBuilder::start_of(const Target& target) const {
  using std::chrono::seconds;
  const auto now = std::chrono::system_clock::now();
  if (parts_.logs == nullptr) return now;
  const auto last = parts_.history.last(target.name);
  if (!last) return now;
  return std::max<std::chrono::system_clock::time_point>(
      now, std::chrono::floor<seconds>(last->started) + seconds(1));
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
    events_.notice(fmt::format("more logs are kept than is wanted: {}", error.what()));
  }
}

}  // namespace pkgkiln
