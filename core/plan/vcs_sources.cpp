#include "core/plan/vcs_sources.hpp"

#include <fmt/format.h>

#include "core/base/secret.hpp"
#include "core/pacman/git_source.hpp"

namespace pkgkiln {

std::vector<RecordedSource> ask_sources(const pacman::SrcInfo& srcinfo, git::Remotes& remotes,
                                        const Cancellation& cancel) {
  std::vector<RecordedSource> result;
  for (auto& text : srcinfo.vcs_sources()) {
    const auto source = pacman::GitSource::parse(text);
    RecordedSource recorded{std::move(text), {}};
    try {
      if (source && !source->pinned)
        recorded.commit = remotes.ask_source(source->url, source->ref, cancel);
    } catch (const Cancelled&) {
      throw;
    } catch (const Error&) {
      // Without a commit it is looked for in a container the next time.
    }
    result.push_back(std::move(recorded));
  }
  return result;
}

std::string why_moved(const RecordedSource& recorded, git::Remotes& remotes,
                      const Cancellation& cancel) {
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
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    return fmt::format("whether its source {} moved can't be told: {}", shown, error.what());
  }
}

}  // namespace pkgkiln
