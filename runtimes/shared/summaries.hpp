#pragma once

#include <string>
#include <vector>

#include "core/runtime/types.hpp"
#include "runtimes/shared/json.hpp"

/// Lists that both engines give in the same form; pure.
namespace pkgkiln::runtimes {

/// Names come with a leading slash (Docker) or without.
std::vector<ContainerSummary> containers_from(const json::Value& list);

std::vector<ResourceSummary> resources_from(const json::Value& list, const char* name_key,
                                            const char* labels_key);

/// Names of the networks in a container's inspect; the network "none" is none.
std::vector<std::string> networks_from(const json::Value& inspect);

/// Drops what lacks one of the labels: nothing foreign gets through, whatever the engine's filter
/// did.
template <typename Summaries>
Summaries only_labelled(Summaries all, const Labels& wanted) {
  std::erase_if(all, [&](const auto& item) {
    for (const auto& [key, value] : wanted) {
      const auto found = item.labels.find(key);
      if (found == item.labels.end() || found->second != value) return true;
    }
    return false;
  });
  return all;
}

}  // namespace pkgkiln::runtimes
