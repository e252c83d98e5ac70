#include "core/inspect/inspect.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/pkgbuild/outside_paths.hpp"
#include "core/pkgbuild/pkgbuild_text.hpp"
#include "core/pkgbuild/srcinfo.hpp"

namespace pkgkiln {

namespace {

constexpr std::size_t kLongestRemembered = std::size_t{256} << 10U;
/// No URL of a source looks like this.
constexpr const char* kPkgverFunction = "pkgver()";

std::vector<RecordedSource> moving_sources(const Inspection& found) {
  std::vector<RecordedSource> result;
  for (auto& text : found.srcinfo->vcs_sources()) result.push_back({std::move(text), {}});
  if (found.moves && result.empty()) result.push_back({kPkgverFunction, {}});
  return result;
}

/// Why there is none to read.
Error no_pkgbuild(const PackagingSource& source, const std::string& commit, const Target& target) {
  const auto where =
      fmt::format("'{}'{}", target.path.empty() ? displayable_url(target.url) : target.path,
                  target.path.empty() ? "" : fmt::format(" of '{}'", displayable_url(target.url)));
  try {
    if (const auto link = source.read_link(commit, "PKGBUILD"))
      return Error(fmt::format("the PKGBUILD in {} is a link to '{}'", where, printable(*link)))
          .because("a link is not followed: what it leads to may be anything")
          .advise("put the file itself there, or set the target's path to where it lies");
  } catch (const Error&) {
    // There is none in any case.
  }
  return Error("there is no PKGBUILD in " + where)
      .advise(
          "set the target's path to the directory of the PKGBUILD, or to \"*\" for all "
          "directories that have one");
}

}  // namespace

Inspection inspect_on_host(const PackagingSource& source, const std::string& commit,
                           const Target& target, const std::string& arch) {
  Inspection found;
  found.commit = commit;
  const auto pkgbuild = source.read_file(commit, "PKGBUILD");
  const auto& path = target.path;
  if (!pkgbuild) throw no_pkgbuild(source, commit, target);
  const pacman::PkgbuildText read(*pkgbuild, arch);
  found.moves = read.may_have_pkgver_function();
  try {
    auto content = source.content(commit);
    found.tree = std::move(content.tree);
    for (const auto& link : content.left_out)
      found.remarks.push_back(
          fmt::format("its link '{}' leads to nothing in the repository, and is left out", link));
  } catch (const Error&) {
    // What can't be unpacked is told when that is tried.
  }
  if (!path.empty() && target.checkout == Checkout::directory)
    for (const auto& outside : pacman::outside_paths(*pkgbuild))
      found.remarks.push_back(
          fmt::format("its PKGBUILD names '{}', which a build gets only with checkout = "
                      "\"repository\"",
                      outside));
  found.arches = read.words("arch").value_or(std::vector<std::string>());
  const auto text = source.read_file(commit, ".SRCINFO");
  if (!text) return found;
  try {
    auto srcinfo = pacman::SrcInfo::parse(*text, arch);
    if (srcinfo_agrees(srcinfo, read, arch)) found.srcinfo = std::move(srcinfo);
  } catch (const Error& error) {
    found.srcinfo_problem = error.what();
  }
  return found;
}

void recall(Job& job, const History& history) {
  auto& found = *job.inspection;
  if (found.srcinfo || found.tree.empty()) return;
  const auto inspection = history.inspection(job.target.name);
  if (!inspection || inspection->tree != found.tree) return;
  try {
    found.srcinfo = pacman::SrcInfo::parse(inspection->srcinfo, job.arch);
    found.moves = inspection->moves;
    found.remembered = true;
  } catch (const Error&) {
    // It is asked again.
  }
}

void remember(Job& job, History& history) {
  if (!job.inspection) return;
  auto& found = *job.inspection;
  if (!found.said.empty() && found.said.size() <= kLongestRemembered && !found.tree.empty())
    history.record_inspection(job.target.name, {found.tree, found.moves, std::move(found.said)});
  found.said.clear();
}

std::string why_not_for_machine(const Job& job) {
  if (!job.inspection) return {};
  const auto& found = *job.inspection;
  return found.srcinfo ? found.srcinfo->why_not_for(job.arch)
                       : pacman::why_not_for(job.arch, found.arches);
}

Release release_of(const Job& job) {
  const auto& found = *job.inspection;
  Release release{found.srcinfo->version, Release::Change::none,
                  found.srcinfo->package_files(job.arch)};
  const auto& last = job.previous;
  if (!last || !pacman::is_release_of(last->version, release.version)) return release;
  release.version = last->version;
  // The whole repository changes with each commit to it.
  const bool own = job.target.checkout == Checkout::directory;
  if (own && !found.tree.empty() && found.tree != last->tree) {
    release.change = job.bump_pkgrel ? Release::Change::bumped : Release::Change::unpublished;
    if (job.bump_pkgrel) release.version = pacman::next_release(last->version);
  }
  for (auto& file : release.files) file.version = release.version;
  return release;
}

std::string unpublished_change(const std::string& version, const std::string& repository) {
  return fmt::format(
      "its files changed, but not its version {}, which is published in {}: raise its pkgrel",
      version, repository);
}

std::vector<RecordedSource> ask_sources(const Inspection& found, git::Remotes& remotes,
                                        const Cancellation& cancel) {
  auto result = moving_sources(found);
  for (auto& recorded : result) {
    const auto source = pacman::GitSource::parse(recorded.source);
    try {
      if (source && !source->pinned)
        recorded.commit = remotes.ask_source(source->url, source->ref, cancel);
    } catch (const Error&) {
      // Without a commit it is looked for in a container the next time.
    }
  }
  return result;
}

std::vector<RecordedSource> as_asked(const Inspection& found) {
  auto result = moving_sources(found);
  for (auto& source : result) {
    const auto known = std::ranges::find(found.vcs_sources, source.source, &RecordedSource::source);
    if (known != found.vcs_sources.end()) source.commit = known->commit;
  }
  return result;
}

std::string why_moved(const RecordedSource& recorded, git::Remotes& remotes,
                      const Cancellation& cancel) {
  if (recorded.source == kPkgverFunction)
    return "only a container can tell whether its pkgver() gives another version";
  const auto shown = displayable_url(recorded.source);
  const auto source = pacman::GitSource::parse(recorded.source);
  if (!source) return fmt::format("only a container can tell whether its source {} moved", shown);
  if (source->pinned) return {};
  if (recorded.commit.empty())
    return fmt::format("it was not known which commit its source {} was at", shown);
  try {
    const auto now = remotes.ask_source(source->url, source->ref, cancel);
    if (now == recorded.commit) return {};
    return fmt::format("its source {} moved from {:.10} to {:.10}", shown, recorded.commit, now);
  } catch (const Error& error) {
    return fmt::format("whether its source {} moved can't be told: {}", shown, error.what());
  }
}

}  // namespace pkgkiln
