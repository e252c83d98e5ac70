#include "core/plan/vcs_sources.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/base/secret.hpp"
#include "core/pkgbuild/sources.hpp"

namespace pkgkiln {

namespace {

/// No URL of a source looks like this.
constexpr const char* kPkgverFunction = "pkgver()";

std::vector<RecordedSource> moving_sources(const pacman::SrcInfo& srcinfo, bool moves) {
  std::vector<RecordedSource> result;
  for (auto& text : srcinfo.vcs_sources()) result.push_back({std::move(text), {}});
  if (moves && result.empty()) result.push_back({kPkgverFunction, {}});
  return result;
}

}  // namespace

std::vector<RecordedSource> ask_sources(const pacman::SrcInfo& srcinfo, bool moves,
                                        git::Remotes& remotes, const Cancellation& cancel) {
  auto result = moving_sources(srcinfo, moves);
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

std::vector<RecordedSource> as_asked(const pacman::SrcInfo& srcinfo, bool moves,
                                     const std::vector<RecordedSource>& asked) {
  auto result = moving_sources(srcinfo, moves);
  for (auto& source : result) {
    const auto known = std::ranges::find(asked, source.source, &RecordedSource::source);
    if (known != asked.end()) source.commit = known->commit;
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
