#include "core/targets/packaging_source.hpp"

#include "core/targets/git_source.hpp"
#include "core/targets/url_source.hpp"

namespace pkgkiln {

std::unique_ptr<PackagingSource> open_source(const Target& target, const StateDir& state,
                                             git::Remotes& remotes) {
  auto mirror = state.mirror(target.name);
  if (target.kind == TargetKind::url)
    return std::make_unique<UrlSource>(std::move(mirror), target.url);
  return std::make_unique<GitSource>(std::move(mirror), remotes, target.url, target.branch,
                                     target.path);
}

}  // namespace pkgkiln
