#include "core/cache/cache_volume.hpp"

#include <fmt/format.h>

#include "core/base/digest.hpp"
#include "core/runtime/object_name.hpp"

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

}  // namespace pkgkiln
