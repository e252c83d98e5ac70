#include "core/builder/caches.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

#include "core/base/digest.hpp"
#include "core/runtime/labels.hpp"

namespace pkgkiln {

CacheVolume shared_cache_of(const std::string& instance) {
  return {fmt::format("pkgkiln-{}-packages", instance),
          {{label::instance, instance}, {label::cache, "packages"}}};
}

CacheVolume own_cache_of(const std::string& instance, const std::string& target) {
  // Names that differ only in what an engine doesn't allow are told apart by the digest.
  return {fmt::format("pkgkiln-{}-target-{}-{:.12}", instance, object_name_part(target),
                      sha256_of(target)),
          {{label::instance, instance}, {label::cache, "target"}, {label::target, target}}};
}

std::string target_of_cache(const Labels& labels) {
  const auto target = labels.find(label::target);
  return target == labels.end() ? std::string() : target->second;
}

std::vector<std::string> volumes_to_evict(std::vector<std::string> present,
                                          const std::vector<RecordedCache>& recorded,
                                          std::uint64_t limit) {
  std::vector<RecordedCache> known;
  for (const auto& cache : recorded) {
    const auto found = std::find(present.begin(), present.end(), cache.volume);
    if (found == present.end()) continue;
    known.push_back(cache);
    present.erase(found);
  }
  std::sort(known.begin(), known.end(),
            [](const auto& left, const auto& right) { return left.used > right.used; });
  auto room = limit;
  for (const auto& cache : known) {
    // One that is too large for itself doesn't drive out all others.
    if (limit > 0 && cache.bytes <= room)
      room -= cache.bytes;
    else
      present.push_back(cache.volume);
  }
  return present;
}

Caches::Caches(ContainerRuntime& runtime, History& history, std::string instance,
               CacheLimits limits)
    : runtime_(runtime), history_(history), instance_(std::move(instance)), limits_(limits) {}

std::vector<Removable> Caches::removable(const Choice& chosen) const {
  const auto recorded = history_.caches();
  std::vector<ResourceSummary> present;
  for (auto& volume : runtime_.list_volumes({{label::instance, instance_}}))
    if (volume.labels.contains(label::cache)) present.push_back(std::move(volume));
  std::sort(present.begin(), present.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });

  std::vector<std::string> may_stay;
  std::set<std::string> gone;
  for (const auto& volume : present) {
    const auto target = target_of_cache(volume.labels);
    // What it holds is its containers' to trim.
    const bool shared = target.empty();
    if (chosen(target) || (shared && limits_.packages == 0))
      gone.insert(volume.name);
    else if (!shared)
      may_stay.push_back(volume.name);
  }
  for (const auto& name : volumes_to_evict(std::move(may_stay), recorded, limits_.sources))
    gone.insert(name);

  std::vector<Removable> result;
  for (const auto& found : present)
    if (gone.contains(found.name)) result.push_back(volume(found, recorded));
  return result;
}

Removable Caches::volume(const ResourceSummary& found,
                         const std::vector<RecordedCache>& recorded) const {
  const auto target = target_of_cache(found.labels);
  Removable removable{target.empty() ? "the shared cache of packages" : "the cache of " + target,
                      {},
                      [&runtime = runtime_, &history = history_, name = found.name] {
                        runtime.remove_volume(name);
                        history.forget_cache(name);
                      }};
  for (const auto& cache : recorded)
    if (cache.volume == found.name) removable.bytes = cache.bytes;
  return removable;
}

}  // namespace pkgkiln
