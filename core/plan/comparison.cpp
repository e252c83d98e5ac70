#include "core/plan/comparison.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/base/secret.hpp"
#include "core/inspect/inspect.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln {

namespace {

using Clock = std::chrono::system_clock;

constexpr std::chrono::hours kAfterNetwork{1};
constexpr std::int64_t kMostDoublings = 10;

std::string files_are(std::size_t count) {
  return count == 1 ? "its 1 file is" : fmt::format("its {} files are", count);
}

/// The name of one of the lines "name=value" that is another one now; empty when there is none, or
/// what they were isn't known.
std::string changed_condition(std::string_view then, std::string_view now) {
  if (then.empty()) return {};
  while (!now.empty()) {
    const auto line = now.substr(0, now.find('\n') + 1);
    if (("\n" + std::string(then)).find("\n" + std::string(line)) == std::string::npos)
      return std::string(line.substr(0, line.find('=')));
    now.remove_prefix(line.empty() ? now.size() : line.size());
  }
  return {};
}

/// Empty when the file is published as it was recorded.
std::string why_missing(const RecordedFile& recorded, Repository& repository) {
  const auto name = pacman::PackageFileName::parse(recorded.file_name);
  const auto listed = name ? repository.listed(*name) : std::nullopt;
  if (!listed) return "not published in " + repository.name();
  const bool same =
      recorded.sha256.empty() || listed->sha256.empty() || recorded.sha256 == listed->sha256;
  return same ? "" : "published in " + repository.name() + " with other content";
}

}  // namespace

bool is_of(const BuildRecord& record, const Target& target) {
  return record.url == displayable_url(target.url) && record.branch == target.branch &&
         record.path == target.path && record.repository == target.repository;
}

bool is_of_same_files(const BuildRecord& record, const Job& job) {
  if (!is_of(record, job.target)) return false;
  return record.commit == job.plan.commit ||
         (job.inspection && !record.tree.empty() && record.tree == job.inspection->tree);
}

std::optional<Previous> previous_of(const BuildRecord& good, const Target& target) {
  const auto& tree = good.built_from.empty() ? good.tree : good.built_from;
  if (!is_of(good, target) || tree.empty() || good.files.empty()) return std::nullopt;
  const auto file = pacman::PackageFileName::parse(good.files.front().file_name);
  if (!file) return std::nullopt;
  return Previous{file->version, tree};
}

std::string built_commit(const std::optional<BuildRecord>& good, const Target& target) {
  const bool is_told = good && good->status == Status::built && is_of(*good, target);
  return is_told ? good->commit : std::string();
}

void Comparison::by_record(const BuildRecord& last) {
  const auto& target = job_.target;
  if (!is_of(last, target)) return build("its url, branch, path or repository changed");
  if (last.commit != job_.plan.commit && job_.plan.ref == git::kFolder)
    return build("what lies in its folder changed");
  if (last.commit != job_.plan.commit)
    return build(fmt::format("{} moved from {:.10} to {:.10}", job_.plan.ref, last.commit,
                             job_.plan.commit));
  if (last.files.empty()) return build("no file is recorded for it");
  if (!sources_unmoved(last) || !files_published(last)) return;
  skip(last, fmt::format("{} is still at {:.10}, and {} published in {}", job_.plan.ref,
                         job_.plan.commit, files_are(last.files.size()), repository_.name()));
}

void Comparison::by_tree(const BuildRecord& last, const std::string& tree) {
  if (job_.is_skipped() || tree.empty() || tree != last.tree || last.commit == job_.plan.commit ||
      !is_of(last, job_.target) || last.files.empty())
    return;
  note("its files", fmt::format("as at {:.10}, as built last", last.commit));
  try {
    if (!sources_unmoved(last) || !files_published(last)) return;
  } catch (const Error& error) {
    return note(repository_.name(), error.what());
  }
  skip(last, fmt::format("its files are as at {:.10}, and {} published in {}", last.commit,
                         files_are(last.files.size()), repository_.name()));
}

void Comparison::skip(const BuildRecord& last, std::string why) {
  const auto previous = previous_of(last, job_.target);
  if (last.built_from.empty() || !previous) {
    job_.plan.decision = Skip{std::move(why)};
    return;
  }
  note("its files", "others than those that " + previous->version + " was built from");
  if (job_.bump_pkgrel)
    build(fmt::format("its files changed, but not its version {}", previous->version));
  else
    job_.plan.decision =
        Skip{unpublished_change(previous->version, repository_.name()), {}, last.built_from};
}

bool Comparison::sources_unmoved(const BuildRecord& last) {
  for (const auto& source : last.vcs_sources) {
    auto why = why_moved(source, remotes_, cancel_);
    note(displayable_url(source.source), why.empty() ? "unmoved" : why);
    if (why.empty()) continue;
    build(std::move(why));
    return false;
  }
  return true;
}

bool Comparison::files_published(const BuildRecord& last) {
  for (const auto& file : last.files) {
    const auto why = why_missing(file, repository_);
    note(file.file_name, why.empty() ? "published in " + repository_.name() : why);
    if (why.empty()) continue;
    build(file.file_name + " is " + why);
    return false;
  }
  return true;
}

void Comparison::by_version() {
  const auto& found = *job_.inspection;
  if (job_.target.force || !found.srcinfo) return;
  const auto& version = found.srcinfo->version;
  note(found.remembered ? "what makepkg said of its files" : ".SRCINFO",
       found.moves ? "believed, but pkgver() may move its version " + version
                   : "believed: version " + version);
  if (found.moves) return;
  auto release = release_of(job_);
  using Change = Release::Change;
  if (release.change != Change::none)
    note("its files", "others than those that " + job_.previous->version + " was built from");
  if (!all_listed(release.files)) {
    if (release.change == Change::bumped)
      build(fmt::format("its files changed, but not its version {}: it is built as {}",
                        job_.previous->version, release.version));
    return;
  }
  job_.inspection->vcs_sources = ask_sources(found, remotes_, cancel_);
  if (release.change == Change::unpublished)
    job_.plan.decision = Skip{unpublished_change(release.version, repository_.name()),
                              std::move(release.files), job_.previous->tree};
  else
    job_.plan.decision =
        Skip{fmt::format("version {} is published in {}", release.version, repository_.name()),
             std::move(release.files)};
}

bool Comparison::all_listed(const std::vector<pacman::PackageFileName>& files) {
  for (const auto& file : files) {
    try {
      const bool there = repository_.listed(file).has_value();
      note(file.text(), (there ? "published in " : "not published in ") + repository_.name());
      if (!there) return false;
    } catch (const Error& error) {
      note(file.text(), error.what());
      return false;
    }
  }
  return true;
}

void hold_back(Job& job, const BuildRecord& last, std::int64_t failures,
               const RetryPolicy& policy) {
  auto& plan = job.plan;
  auto* build = std::get_if<Build>(&plan.decision);
  // What a repository refused waits in the spool, and holds its target back from there; not where
  // sources may make another version of it.
  const bool refused = last.step == "publish" && !last.vcs_sources.empty();
  const bool remembered =
      last.status == Status::timed_out ||
      (last.status == Status::failed && (last.fault == Fault::target || refused));
  if (build == nullptr || job.target.force || policy.always || !remembered ||
      !is_of_same_files(last, job))
    return;
  const bool open = last.step == "inspect" || last.step == "dependencies" || last.step == "fetch";
  std::chrono::seconds pause = policy.first_pause;
  if (pause.count() == 0 && open) pause = kAfterNetwork;
  const auto what = fmt::format(
      "it {} at step {} at {}", last.status == Status::failed ? "failed" : "timed out", last.step,
      last.commit == plan.commit ? "this commit"
                                 : fmt::format("{:.10}, with the same files", last.commit));
  if (const auto changed = changed_condition(last.conditions, plan.conditions); !changed.empty()) {
    build->why = what + ", and is tried again since " + changed + " is another one now";
    return;
  }
  plan.evidence.push_back({"last build", what});
  if (pause.count() > 0) {
    pause *= std::int64_t{1} << std::clamp<std::int64_t>(failures - 1, 0, kMostDoublings);
    const auto now = Clock::now();
    // A clock that was set back says nothing.
    if (now >= last.finished + pause || now < last.finished) {
      build->why = what + ", and it is time to try again";
      return;
    }
  }
  build->why =
      what + ", so it is tried again with another builder image" +
      (pause.count() > 0 ? fmt::format(", or after {:%F %R} UTC",
                                       fmt::gmtime(Clock::to_time_t(last.finished + pause)))
                         : std::string());
  build->not_with_image = last.image;
}

}  // namespace pkgkiln
