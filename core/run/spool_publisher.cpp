#include "core/run/spool_publisher.hpp"

#include <fmt/format.h>

#include "core/builder/build_log.hpp"
#include "core/plan/comparison.hpp"

namespace pkgkiln {

namespace {

/// Again, since they were left alone for long.
std::vector<pacman::PackageArchive> read_packages(const Spool::Batch& batch,
                                                  const pacman::PackageLimits& limits) {
  std::vector<std::filesystem::path> paths;
  for (const auto& file : batch.build.files) paths.push_back(batch.directory / file.file_name);
  auto packages = pacman::PackageArchive::read_set(paths, limits);
  for (std::size_t i = 0; i < packages.size(); ++i)
    if (packages[i].sha256 != batch.build.files[i].sha256)
      throw Error("the spooled package '" + batch.build.files[i].file_name + "' is damaged");
  return packages;
}

/// Empty when no other target owns a package of it.
std::string why_anothers(const BuildRecord& build, const Target& target,
                         const PackageOwners& owners) {
  for (const auto& file : build.files) {
    const auto name = pacman::PackageFileName::parse(file.file_name);
    if (const auto refusal = name ? owners.belongs_elsewhere(name->pkgname, target) : std::nullopt)
      return refusal->why;
  }
  return {};
}

/// As it is configured now, if it is.
Target target_of(const BuildRecord& build, const KnownTargets& known) {
  for (const auto& one : known.targets)
    if (one.name == build.target) return one;
  Target target;
  target.name = build.target;
  target.url = build.url;
  target.branch = build.branch;
  target.path = build.path;
  target.repository = build.repository;
  return target;
}

}  // namespace

std::string SpoolPublisher::why_unwanted(const BuildRecord& build, const Target& target,
                                         const KnownTargets& known) const {
  if (parts_.history.is_superseded(build)) return "a newer build of it has been published since";
  if (target.repository != build.repository)
    return fmt::format("they were for {}, and the target goes to {} now", build.repository,
                       target.repository);
  if (parts_.ledger.is_denied(build.target, build.commit))
    return "what they were built from was denied since";
  const PackageOwners owners(parts_.ledger, parts_.repositories, known, {});
  return why_anothers(build, target, owners);
}

void SpoolPublisher::publish_pending(const KnownTargets& known, const Cancellation& cancel) {
  const pacman::PackageLimits limits{.unpacked = parts_.settings.host.unpacked, .cancel = cancel};
  std::vector<std::string> notices;
  for (const auto& batch : spool_.pending(notices)) {
    cancel.check();
    const auto target = target_of(batch.build, known);
    if (const auto why = why_unwanted(batch.build, target, known); !why.empty()) {
      drop(batch, why);
      continue;
    }
    auto result = batch.build;
    attempt(
        batch, target, [&] { return read_packages(batch, limits); }, result);
    parts_.history.record(result);
    const bool published = result.status == Status::built;
    if (published) {
      parts_.history.record_late_publication(result.target);
      look_after_former(result);
    } else {
      waiting_.push_back({batch, result});
    }
    const auto advice = result.hint.empty() ? "" : "; try: " + result.hint;
    events_.notice(
        fmt::format("the packages of '{}' that waited in the spool: {}", batch.build.target,
                    published ? "published in " + batch.build.repository : result.why + advice));
  }
  for (const auto& notice : notices) events_.notice(notice);
}

void SpoolPublisher::drop_needless(const std::vector<Job>& jobs) {
  for (const auto& job : jobs) {
    if (!job.is_skipped()) continue;
    for (const auto& [batch, waiting] : waiting_)
      if (batch.build.target == job.target.name && waiting.status == Status::failed)
        drop(batch, "its target is up to date without them");
  }
}

std::optional<BuildRecord> SpoolPublisher::still_waiting(const Job& job) const {
  for (const auto& [batch, waiting] : waiting_) {
    if (waiting.target != job.target.name || job.target.force || !is_of_same_files(waiting, job))
      continue;
    // What can't be published can become another version by its sources, or by being asked for.
    const bool refused = waiting.status == Status::failed;
    if (refused && (!waiting.vcs_sources.empty() || parts_.planning.retry.always)) continue;
    auto result = waiting;
    result.build.clear();  // none of this run
    return result;
  }
  return std::nullopt;
}

void SpoolPublisher::publish(const Spool::Batch& batch, const Target& target,
                             const std::vector<pacman::PackageArchive>& packages,
                             BuildRecord& result) {
  for (auto& older : spool_.others_of(batch.build.target, batch.build.build)) {
    // A run that was killed may have placed its files: what is recorded is known to be ours.
    older.build.status = Status::unpublished;
    parts_.history.record(older.build);
    drop(older, "a newer build of it is ready");
  }
  attempt(
      batch, target, [&] { return packages; }, result);
}

void SpoolPublisher::attempt(const Spool::Batch& batch, const Target& target,
                             const Packages& packages, BuildRecord& result) {
  const auto fail = [&](Status status, const Error& error) {
    result.status = status;
    result.step = "publish";
    result.why = error.what();
    result.hint = error.advice();
  };
  try {
    const auto there = packages();
    tell(put(batch.build, target, there), batch.build);
    result.status = Status::built;
    parts_.ledger.own(names_of(target, there));
    spool_.drop(batch.directory);
  } catch (const Unpublishable& conflict) {
    // It stays: who clears the way needs no second build.
    fail(Status::failed, conflict);
    result.files.clear();
  } catch (const Error& error) {
    fail(Status::unpublished, error);
    result.fault = Fault::unreached;
  } catch (const Cancelled& stop) {
    fail(Status::unpublished, Error(stop.what()));
  }
}

Published SpoolPublisher::put(const BuildRecord& build, Target target,
                              const std::vector<pacman::PackageArchive>& packages) {
  target.force = build.forced;
  Terms terms;
  terms.forced = build.forced;
  terms.made = [&](const std::string& file_name) {
    return parts_.history.made(file_name, build.repository);
  };
  // Asked under the repository's lock, too: somebody may have put something there meanwhile.
  terms.against = [&](const pacman::DatabaseEntry& there) {
    return PackageOwners::refusal_by(there, target, parts_.ledger);
  };
  terms.sent = [&](const std::string& file, std::uint64_t bytes, std::uint64_t total) {
    events_.transferred(target.name, {file, bytes, total});
  };
  if (const auto refusal = PackageOwners::refusal_by(packages, target, parts_.ledger))
    throw Unpublishable("cannot publish the packages of '" + target.name + "' in '" +
                        build.repository + "'")
        .because(refusal->why)
        .advise(refusal->advice);
  return parts_.repositories.at(build.repository).publish(packages, terms);
}

void SpoolPublisher::look_after_former(const BuildRecord& build) {
  try {
    auto& repository = parts_.repositories.at(build.repository);
    for (const auto& [target, file] : parts_.history.former_packages(build.repository)) {
      const auto name = pacman::PackageFileName::parse(file.file_name);
      const auto listed = name && target == build.target ? repository.listed(*name) : std::nullopt;
      if (!listed || listed->sha256 != file.sha256) continue;
      const bool prune = parts_.repositories.is_pruned(build.repository);
      if (prune) repository.withdraw({file.file_name, file.sha256});
      events_.notice(fmt::format(
          "{} {} '{}': '{}' makes it no more{}", file.file_name,
          prune ? "was removed from" : "is still in", build.repository, target,
          prune                       ? ""
          : repository.can_withdraw() ? "; pkgkiln clean removes it"
                                      : "; remove it on the server if nobody needs it"));
    }
  } catch (const std::exception& error) {
    events_.notice(
        fmt::format("cannot look after what '{}' makes no more: {}", build.target, error.what()));
  }
}

void SpoolPublisher::tell(const Published& published, const BuildRecord& build) {
  for (const auto& notice : published.notices) events_.notice(notice);
  if (published.removed.empty() || build.log.empty()) return;
  try {
    BuildLog log(build.log, parts_.settings.host.log);
    for (const auto& text : published.removed) log.note(text);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): a log costs no publication
  }
}

void SpoolPublisher::drop(const Spool::Batch& batch, const std::string& why) {
  const auto packages =
      fmt::format("the packages of '{}' that waited in the spool", batch.build.target);
  try {
    spool_.drop(batch.directory);
    events_.notice(fmt::format("dropped {}: {}", packages, why));
  } catch (const Error& error) {
    events_.notice(fmt::format("cannot drop {} ({}): {}", packages, why, error.what()));
  }
}

}  // namespace pkgkiln
