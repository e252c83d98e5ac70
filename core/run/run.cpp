#include "core/run/run.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <variant>

#include "core/base/random.hpp"
#include "core/base/secret.hpp"
#include "core/runtime/waiting_container.hpp"
#include "core/source/packaging_source.hpp"

namespace pkgkiln {

namespace {

namespace fs = std::filesystem;

/// A build that prints more than this is of no use to read.
constexpr std::uint64_t kLogLimit = std::uint64_t{1} << 30U;

BuildRecord record_for(const Plan& plan, std::string id) {
  BuildRecord record;
  record.build = std::move(id);
  record.target = plan.target.name;
  record.url = displayable_url(plan.target.url);
  record.branch = plan.target.branch;
  record.path = plan.target.path;
  record.repository = plan.target.repository;
  record.commit = plan.commit;
  record.started = std::chrono::system_clock::now();
  return record;
}

void set_status(TargetResult& result, TargetResult::Status status) {
  result.status = status;
  result.record.status = word(status);
}

/// Puts what became of a build into its result.
struct Describe {
  TargetResult& result;

  void operator()(const Built& built) const {
    set_status(result, TargetResult::Status::built);
    for (const auto& package : built.packages)
      result.record.files.push_back({package.name.text(), package.sha256});
  }
  void operator()(const UpToDate& up_to_date) const {
    set_status(result, TargetResult::Status::up_to_date);
    result.record.why = up_to_date.why;
    for (const auto& file : up_to_date.files) result.record.files.push_back({file.text(), {}});
  }
  void operator()(const Failed& failed) const {
    set_status(result, TargetResult::Status::failed);
    result.record.step = failed.step;
    result.record.exit_code = failed.exit_code;
    result.record.why = failed.why;
    result.hint = failed.hint;
  }
  void operator()(const TimedOut& timed_out) const {
    set_status(result, TargetResult::Status::timed_out);
    result.record.step = timed_out.step;
    result.record.why = "the time allowed for a build was over";
    result.hint = "raise [build] timeout if it needs longer";
  }
  void operator()(const Interrupted& interrupted) const {
    set_status(result, TargetResult::Status::interrupted);
    result.record.step = interrupted.step;
    result.record.why = "the run was interrupted";
  }
};

std::vector<pacman::PackageArchive> read_packages(const Spool::Batch& batch) {
  std::vector<pacman::PackageArchive> packages;
  for (const auto& file : batch.build.files) {
    packages.push_back(pacman::PackageArchive::read(batch.directory / file.file_name));
    if (packages.back().sha256 != file.sha256)
      throw Error("the spooled package '" + file.file_name + "' is damaged");
  }
  return packages;
}

}  // namespace

Run::Run(Parts parts, RunObserver& observer)
    : parts_(parts), observer_(observer), spool_(parts.state.spool()) {}

std::vector<TargetResult> Run::build(const std::vector<Target>& targets,
                                     const std::vector<std::string>& known, bool refresh_image,
                                     const Cancellation& cancel) {
  known_ = known;
  clean_up();
  publish_spooled();
  const auto plans =
      Planner(parts_.state, parts_.history, parts_.repositories).decide(targets, cancel);
  observer_.planned(plans);
  const bool something = std::any_of(plans.begin(), plans.end(), [](const Plan& plan) {
    return std::holds_alternative<Build>(plan.decision);
  });
  std::string image;
  if (something || refresh_image) image = prepare_image(refresh_image, cancel);
  std::vector<TargetResult> results;
  for (const auto& plan : plans) {
    results.push_back(build_one(plan, image, cancel));
    observer_.finished(results.back());
  }
  return results;
}

void Run::clean_up() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(parts_.state.tmp(), ignored))
    fs::remove_all(entry.path(), ignored);
  const auto warn = [this](std::string_view text) { observer_.notice(std::string(text)); };
  const auto removed =
      remove_leftovers(parts_.runtime, {{label::instance, parts_.identity.instance}}, warn);
  if (removed > 0)
    observer_.notice(
        fmt::format("removed {} leftovers of an earlier run from the engine", removed));
}

void Run::publish_spooled() {
  std::vector<std::string> notices;
  for (const auto& batch : spool_.pending(notices)) {
    TargetResult result;
    result.target.name = batch.build.target;
    result.record = batch.build;
    publish(batch, result);
    if (result.status == TargetResult::Status::unpublished) spooled_.push_back(result);
    observer_.notice(fmt::format(
        "the packages of '{}' that waited in the spool: {}", batch.build.target,
        result.status == TargetResult::Status::built ? "published in " + batch.build.repository
                                                     : result.record.why));
  }
  for (const auto& notice : notices) observer_.notice(notice);
}

std::optional<TargetResult> Run::still_spooled(const Plan& plan) const {
  for (const auto& waiting : spooled_) {
    if (waiting.target.name != plan.target.name || waiting.record.commit != plan.commit ||
        plan.target.force)
      continue;
    auto result = waiting;
    result.target = plan.target;
    return result;
  }
  return std::nullopt;
}

std::string Run::prepare_image(bool refresh, const Cancellation& cancel) {
  const auto path = parts_.state.image_log(parts_.identity.run);
  std::optional<BuildLog> log;  // an image that is reused prints nothing
  const auto write = [&](std::string_view output) {
    if (!log) {
      log.emplace(path, kLogLimit);
      observer_.preparing_image(path);
    }
    log->write(output);
  };
  try {
    return parts_.image.ensure(
        refresh, write, [&](std::string_view text) { observer_.notice(std::string(text)); },
        cancel);
  } catch (Error& error) {
    if (log) {
      for (const auto& line : last_output_lines(path, 10)) error.because("| " + line);
      error.because("log: " + path.string());
    }
    throw;
  }
}

TargetResult Run::build_one(const Plan& plan, const std::string& image,
                            const Cancellation& cancel) {
  TargetResult result;
  result.target = plan.target;
  if (const auto* skip = std::get_if<Skip>(&plan.decision)) {
    set_status(result, TargetResult::Status::up_to_date);
    result.record.why = skip->why;
    return result;
  }
  if (const auto* unplannable = std::get_if<Unplannable>(&plan.decision)) {
    Describe{result}(Failed{unplannable->step, 0, unplannable->why, unplannable->advice});
    return result;
  }
  if (const auto waiting = still_spooled(plan)) return *waiting;
  if (cancel.requested()) {
    Describe{result}(Interrupted{});
    return result;
  }
  result.record = record_for(plan, time_and_random());
  result.record.image = image;
  result.record.log = parts_.state.log(plan.target.name, result.record.build);
  const auto directory = spool_.open(plan.target.name, result.record.build);
  const auto outcome = run_build(plan, image, result.record, directory, cancel);
  std::visit(Describe{result}, outcome);
  result.record.finished = std::chrono::system_clock::now();
  if (result.status == TargetResult::Status::built) {
    const Spool::Batch batch{directory, result.record};
    spool_.seal(batch);
    publish(batch, result);
  } else {
    spool_.drop(directory);
    parts_.history.record(result.record);
  }
  return result;
}

BuildOutcome Run::run_build(const Plan& plan, const std::string& image, BuildRecord& record,
                            const fs::path& output_dir, const Cancellation& cancel) {
  BuildLog log(record.log, kLogLimit);
  const auto source = open_source(plan.target, parts_.state);
  const auto other_owner = [&](const std::string& pkgname) -> std::optional<std::string> {
    const auto owner = parts_.history.owner_of(pkgname, plan.target.repository);
    if (!owner || *owner == plan.target.name ||
        std::find(known_.begin(), known_.end(), *owner) == known_.end())
      return std::nullopt;
    return owner;
  };
  observer_.build_started(plan, record.log);
  PackageBuild build(parts_.runtime, parts_.identity, parts_.settings,
                     {plan, *source, *parts_.repositories.at(plan.target.repository), record.build,
                      image, output_dir, log, other_owner,
                      [&](const std::string& step) { observer_.step_started(plan.target, step); }});
  auto outcome = build.run(cancel);
  if (!build.commit().empty()) record.commit = build.commit();
  record.vcs_sources = build.vcs_sources();
  return outcome;
}

void Run::publish(const Spool::Batch& batch, TargetResult& result) {
  const auto fail = [&](TargetResult::Status status, const Error& error) {
    set_status(result, status);
    result.record.step = "publish";
    result.record.why = error.what();
    result.hint = error.advice();
  };
  try {
    const auto repository = parts_.repositories.find(batch.build.repository);
    if (repository == parts_.repositories.end())
      throw Error("no repository '" + batch.build.repository + "' is configured");
    repository->second->publish(read_packages(batch));
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
