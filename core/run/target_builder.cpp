#include "core/run/target_builder.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <sstream>
#include <system_error>
#include <utility>
#include <variant>

#include "core/inspect/inspect.hpp"
#include "core/journal/old_files.hpp"
#include "core/package/dependency.hpp"
#include "core/package/package_name.hpp"
#include "core/publish/provenance.hpp"
#include "core/run/relations.hpp"

namespace pkgkiln {

namespace {

/// How often the logs are looked at, each time that they have grown by this part of what they may
/// take.
constexpr std::uint64_t kLooks = 8;

void note_end(BuildRecord& record) {
  record.finished = std::max(std::chrono::system_clock::now(), record.started);
}

/// Whether the packages are published, or will be.
bool is_kept(Status status) {
  return status == Status::built || status == Status::unpublished;
}

}  // namespace

TargetBuilder::TargetBuilder(const RunParts& parts, SpoolPublisher& publisher, Events& events,
                             std::string image, KnownTargets known,
                             const pacman::Distribution& distribution)
    : parts_(parts),
      publisher_(publisher),
      events_(events),
      recorder_(parts.history, events),
      kept_(parts.host.runtime, parts.history, parts.host.identity.instance, parts.keep_failed),
      owners_(parts.ledger, parts.repositories, std::move(known), distribution),
      image_(std::move(image)),
      base_(parts.host.image.base_of(image_)) {}

void TargetBuilder::look_at(Job& job) {
  if (job.stage != Job::Stage::ended) {
    job.held_back = held_back(job);
    if (const auto last = parts_.history.last_built(job.target.name)) {
      job.last_duration = last->finished - last->started;
      job.last_peak_memory = last->peak_memory;
    }
    const bool is_known = job.inspection && job.inspection->srcinfo;
    if (!is_known && !job.held_back) return;
    job.stage = Job::Stage::known;
  }
  job.relations = relations_of(job, parts_.history, owners_);
}

std::shared_ptr<BuildRecord> TargetBuilder::held_back(const Job& job) const {
  const auto* build = std::get_if<Build>(&job.plan.decision);
  if (build == nullptr || build->not_with_image.empty() || build->not_with_image != image_)
    return nullptr;
  auto last = parts_.history.last(job.target.name);
  if (!last || may_publish_now(*last, job.target)) return nullptr;
  last->build.clear();  // none of this run
  last->why = fmt::format("not tried again: {} ({})", build->why, last->why);
  last->hint = "pkgkiln build " + job.target.name + " tries it at once";
  return std::make_shared<BuildRecord>(*std::move(last));
}

/// Whether names were all that was against its last build, and nothing is against them any more.
bool TargetBuilder::may_publish_now(const BuildRecord& last, const Target& target) const {
  if (last.status != Status::failed || last.files.empty()) return false;
  return std::none_of(last.files.begin(), last.files.end(), [&](const RecordedFile& file) {
    const auto name = pacman::PackageFileName::parse(file.file_name);
    return name && owners_.refusal(name->pkgname, target);
  });
}

void TargetBuilder::remove_kept(const KeptContainers::Choice& chosen) {
  try {
    const std::lock_guard lock(kept_mutex_);
    for (const auto& one : kept_.removable(chosen)) one.remove();
  } catch (const Error& error) {
    events_.notice(fmt::format("more containers are kept than is wanted: {}", error.what()));
  }
}

void TargetBuilder::begin(Job& job) {
  remove_kept([&](const KeptContainer& kept) { return kept.target == job.target.name; });
  auto& record = job.record = record_for(job);
  record.image = image_;
  record.started = start_of(job.target);
  record.log = parts_.state.log(job.target.name, record.build);
  const std::lock_guard lock(logs_mutex_);
  logs_in_use_.insert(record.log);
}

void TargetBuilder::inspect(Job& job, const Cancellation& cancel) {
  begin(job);
  auto& record = job.record;
  {
    BuildLog log(record.log, parts_.settings.host.log, watcher(job));
    const auto source = parts_.sources.open(job.target);
    PackageBuild build(parts_.host, parts_.settings, context(job, *source, log));
    const auto ended = build.inspect(cancel);
    note(job, build, log);
    if (!ended) {
      job.stage = Job::Stage::inspected;
      return;
    }
    note_outcome(record, *ended);
    owners_.release(job.target);
  }
  tell_begun(job);
  note_end(record);
  recorder_.ended(job);
  make_room_for_logs(record.log);
}

void TargetBuilder::build(Job& job, const BuildSlot& slot, const Cancellation& cancel) {
  if (job.stage != Job::Stage::inspected) begin(job);
  auto& record = job.record;
  const auto& spool = publisher_.spool();
  const auto directory = spool.open(job.target.name, record.build);
  const auto outcome = build_packages(job, slot, directory, cancel);
  note_outcome(record, outcome);
  if (record.step == "dependencies") hint_at_versions(record);
  note_end(record);
  std::vector<std::string> news;
  if (record.status == Status::built) {
    const Spool::Batch batch{directory, record};
    spool.seal(batch);
    const auto& packages = std::get<Built>(outcome).packages;
    news = owners_.news(packages, job.target);
    events_.tell(StepBegun{job.target.name, "publish", packages.front().name.version});
    publisher_.publish(batch, job.target, packages, record);
  } else {
    spool.drop(directory);
  }
  recorder_.ended(job);
  if (record.status == Status::built) publisher_.look_after_former(record);
  if (is_kept(record.status))
    for (auto& one : news) events_.notice(std::move(one));
  else
    owners_.release(job.target);
  make_room_for_logs(record.log);
}

void TargetBuilder::conclude(Job& job, const BuildRecord& verdict) {
  if (job.stage == Job::Stage::inspected) {
    std::error_code ignored;
    std::filesystem::remove(job.record.log, ignored);
  }
  if (!verdict.target.empty()) {
    job.record = verdict;
  } else {
    // One that is blocked has an id, so that it is recorded.
    auto& record = job.record = verdict.status == Status::blocked ? record_for(job) : unbuilt(job);
    record.finished = record.started;
    record.status = verdict.status;
    record.step = verdict.step;
    record.why = verdict.why;
    record.hint = verdict.hint;
    record.fault = verdict.fault;
    record.is_blocked_by_waiting = verdict.is_blocked_by_waiting;
  }
  recorder_.ended(job);
}

BuildOutcome TargetBuilder::build_packages(Job& job, const BuildSlot& slot,
                                           const std::filesystem::path& output_dir,
                                           const Cancellation& cancel) {
  auto& record = job.record;
  BuildLog log(record.log, parts_.settings.host.log, watcher(job));
  const auto source = parts_.sources.open(job.target);
  tell_begun(job);
  auto work = context(job, *source, log);
  work.output_dir = output_dir;
  work.slot = slot;
  work.slot.acquire = [&] {
    const bool acquired = slot.acquire();
    record.started = start_of(job.target);  // it may have waited long
    return acquired;
  };
  PackageBuild build(parts_.host, parts_.settings, std::move(work));
  auto outcome = build.run(cancel);
  if (const auto* built = std::get_if<Built>(&outcome))
    write_provenance(job, *source, built->packages);
  note(job, build, log);
  record.peak_memory = build.peak_memory();
  // What was remembered may be why: makepkg is asked again the next time.
  if (job.inspection && job.inspection->remembered && std::holds_alternative<Failed>(outcome))
    parts_.history.forget_inspection(job.target.name);
  return outcome;
}

BuildContext TargetBuilder::context(Job& job, PackagingSource& source, BuildLog& log) {
  return {job,
          source,
          parts_.repositories.at(job.target.repository),
          parts_.remotes,
          image_,
          {},
          log,
          [this, &job](const pacman::PackageFileName& file) {
            return owners_.claim(file.pkgname, file.version, job.target);
          },
          [this, &job](const std::string& step) {
            const auto* found = job.inspection.get();
            // What pkgver() makes of it is known when makepkg has been asked.
            const bool is_known =
                found != nullptr && found->srcinfo && (!found->moves || found->asked);
            events_.tell(StepBegun{job.target.name, step, is_known ? found->srcinfo->version : ""});
          },
          {},
          {},
          parts_.keep_failed > 0 ? AtFailure::keep : AtFailure::remove};
}

BuildLog::Watcher TargetBuilder::watcher(const Job& job) {
  return [this, &job](std::string_view line) { events_.logged(job.target.name, line); };
}

void TargetBuilder::note(Job& job, const PackageBuild& build, BuildLog& log) {
  auto& record = job.record;
  if (job.inspection) {
    if (const auto& commit = job.inspection->commit; !commit.empty()) record.commit = commit;
    record.tree = job.inspection->tree;
    record.vcs_sources = job.inspection->vcs_sources;
    if (record.version.empty() && job.inspection->srcinfo)
      record.version = job.inspection->srcinfo->version;
  }
  remember(job, parts_.history);
  for (auto& step : build.times()) record.steps.push_back(std::move(step));
  if (!build.own_cache().empty())
    parts_.history.record_cache(build.own_cache(), build.cache_size(),
                                std::chrono::system_clock::now());
  if (build.kept()) {
    parts_.history.record_kept(*build.kept());
    remove_kept([](const KeptContainer&) { return false; });
  }
  if (const auto problem = log.problem(); !problem.empty())
    events_.notice(
        fmt::format("the log of '{}' could not all be written: {}", job.target.name, problem));
}

void TargetBuilder::write_provenance(const Job& job, const PackagingSource& source,
                                     const std::vector<pacman::PackageArchive>& packages) {
  try {
    const auto& target = job.target;
    Provenance how{job.record,   job.arch,    !target.network, base_.first,
                   base_.second, target.kind, target.checkout};
    note_end(how.build);
    how.version = parts_.settings.version;
    how.host = job.record.host;
    if (const auto& found = job.inspection) {
      how.build.commit = found->commit;
      how.build.tree = found->tree;
      how.build.vcs_sources = found->vcs_sources;
      // What makepkg said of another run is not kept as a text.
      auto text = found->said;
      if (text.empty() && !found->asked)
        text = source.read_file(found->commit, ".SRCINFO").value_or("");
      how.sources = sources_of(text, job.arch);
      if (text.empty() && found->srcinfo)
        for (const auto& url : found->srcinfo->sources) how.sources.push_back({url, {}});
    }
    how.approval = parts_.ledger.approval(target.name);
    if (how.approval && how.approval->commit != how.build.commit) how.approval.reset();
    for (const auto& package : packages)
      write_file_atomically(provenance_path(package.path), how.statement(package));
  } catch (const Error& error) {
    events_.notice(fmt::format("'{}' is without a record of how it was made: {}", job.target.name,
                               error.what()));
  }
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
  const auto compare = [&](const std::string& target, const std::string& pkgname,
                           const std::string& version) {
    if (pkgname == dependency.name && !version.empty() && !dependency.allows(version))
      found = fmt::format("the target '{}' makes {} {}", target, pkgname, version);
  };
  if (const auto owner = parts_.history.owner_of(dependency.name, repository))
    if (const auto last = parts_.history.last_good(*owner))
      for (const auto& file : last->files)
        if (const auto name = pacman::PackageFileName::parse(file.file_name))
          compare(*owner, name->pkgname, name->version);
  if (const auto claim = owners_.claim_of(dependency.name, repository))
    compare(claim->target, dependency.name, claim->version);
  return found;
}

void TargetBuilder::tell_begun(const Job& job) {
  const auto* build = std::get_if<Build>(&job.plan.decision);
  events_.tell(
      BuildBegun{job.target.name, build == nullptr ? "asked to" : build->why, job.record.log});
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
