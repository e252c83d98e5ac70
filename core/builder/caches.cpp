#include "core/builder/caches.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fmt/format.h>
#include <mutex>
#include <set>
#include <utility>

#include "core/base/digest.hpp"
#include "core/builder/layout.hpp"
#include "core/builder/script/script.hpp"
#include "core/runtime/labels.hpp"
#include "core/runtime/waiting_container.hpp"

namespace pkgkiln {

namespace {

constexpr std::chrono::minutes kLongest{10};
constexpr std::size_t kLongestReport = 64;

std::vector<VolumeMount> mounts_of(const BuildCaches& caches, bool read_only) {
  std::vector<VolumeMount> mounts;
  if (!caches.shared.empty()) mounts.push_back({caches.shared, builder::shared_cache, read_only});
  if (!caches.own.empty()) mounts.push_back({caches.own, builder::own_cache, read_only});
  if (caches.any()) mounts.push_back({caches.fetched, builder::fetched});
  return mounts;
}

}  // namespace

CacheVolume shared_cache_of(const std::string& instance) {
  return {fmt::format("pkgkiln-{}-packages", instance),
          {{label::instance, instance}, {label::cache, "packages"}}};
}

CacheVolume own_cache_of(const std::string& instance, const std::string& target) {
  // The digest tells names apart that differ only in characters that engines don't allow.
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
    // One that is too large alone doesn't evict all others.
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
    // keep.sh trims the shared cache.
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

std::vector<VolumeMount> BuildCaches::mounts() const {
  return mounts_of(*this, true);
}

std::map<std::string, std::string> BuildCaches::environment() const {
  std::map<std::string, std::string> env;
  if (!shared.empty()) {
    env["SHARED_CACHE"] = builder::shared_cache;
    env["SHARED_CACHE_LIMIT"] = std::to_string(limits.packages);
  }
  if (!own.empty()) {
    env["OWN_CACHE"] = builder::own_cache;
    env["OWN_CACHE_LIMIT"] = std::to_string(limits.sources);
  }
  if (any()) env["FETCHED"] = builder::fetched;
  return env;
}

std::optional<std::uint64_t> keep_fetched(ContainerRuntime& runtime, ContainerSpec spec,
                                          const BuildCaches& caches,
                                          const std::vector<std::string>& sources, const Sink& log,
                                          const Cancellation& cancel) {
  // Two at once would both write to the shared cache.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  const auto bounded = cancel.with_deadline(Cancellation::Clock::now() + kLongest);
  bounded.check();
  spec.volumes = mounts_of(caches, false);
  const WaitingContainer container(runtime, std::move(spec), 2 * kLongest, log,
                                   WaitingContainer::Network::none);
  ExecSpec exec;
  exec.command = script::command(script::keep, sources);
  exec.user = "root";
  exec.env = caches.environment();
  exec.env["PATH"] = builder::path;
  exec.env["LANG"] = "C.UTF-8";
  exec.working_dir = "/";
  std::string answer;
  const auto sort = [&](OutputStream stream, std::string_view output) {
    if (stream == OutputStream::err)
      log(output);
    else
      answer += output.substr(0, kLongestReport - std::min(answer.size(), kLongestReport));
  };
  const int code = runtime.exec(container.name(), exec, sort, bounded);
  if (code != 0)
    throw RuntimeError(RuntimeError::Kind::rejected, fmt::format("keep.sh: exit code {}", code));
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(answer.data(), answer.data() + answer.size(), size);
  return error == std::errc() ? std::optional(size) : std::nullopt;
}

}  // namespace pkgkiln
