#include "core/run/spool_publisher.hpp"

#include <fmt/format.h>

#include "core/run/describe.hpp"

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

}  // namespace

SpoolPublisher::SpoolPublisher(const RunParts& parts, RunObserver& observer)
    : parts_(parts), observer_(observer), spool_(parts.state.spool()) {}

void SpoolPublisher::publish_pending(const Cancellation& cancel) {
  const pacman::PackageLimits limits{.unpacked = parts_.settings.host.unpacked, .cancel = cancel};
  std::vector<std::string> notices;
  for (const auto& batch : spool_.pending(notices)) {
    TargetResult result;
    result.target.name = batch.build.target;
    result.record = batch.build;
    attempt(
        batch, [&] { return read_packages(batch, limits); }, result);
    if (result.status == TargetResult::Status::unpublished) waiting_.push_back(result);
    observer_.notice(fmt::format(
        "the packages of '{}' that waited in the spool: {}", batch.build.target,
        result.status == TargetResult::Status::built ? "published in " + batch.build.repository
                                                     : result.record.why));
  }
  for (const auto& notice : notices) observer_.notice(notice);
}

std::optional<TargetResult> SpoolPublisher::still_waiting(const Plan& plan) const {
  for (const auto& waiting : waiting_) {
    if (waiting.target.name != plan.target.name || waiting.record.commit != plan.commit ||
        plan.target.force)
      continue;
    auto result = waiting;
    result.target = plan.target;
    return result;
  }
  return std::nullopt;
}

void SpoolPublisher::publish(const Spool::Batch& batch,
                             const std::vector<pacman::PackageArchive>& packages,
                             TargetResult& result) {
  attempt(
      batch, [&] { return packages; }, result);
}

void SpoolPublisher::attempt(const Spool::Batch& batch, const Packages& packages,
                             TargetResult& result) {
  const auto fail = [&](TargetResult::Status status, const Error& error) {
    set_status(result, status);
    result.record.step = "publish";
    result.record.why = error.what();
    result.hint = error.advice();
  };
  try {
    parts_.repositories.at(batch.build.repository).publish(packages());
    set_status(result, TargetResult::Status::built);
    spool_.drop(batch.directory);
  } catch (const Unpublishable& conflict) {
    fail(TargetResult::Status::failed, conflict);
    result.record.files.clear();
    spool_.drop(batch.directory);
  } catch (const Error& error) {
    fail(TargetResult::Status::unpublished, error);
  }
  parts_.history.record(result.record);
}

}  // namespace pkgkiln
