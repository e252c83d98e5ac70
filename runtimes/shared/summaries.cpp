#include "runtimes/shared/summaries.hpp"

namespace pkgkiln::runtimes {

std::vector<ContainerSummary> containers_from(const json::Value& list) {
  std::vector<ContainerSummary> containers;
  if (!list.IsArray()) return containers;
  for (const auto& item : list.GetArray()) {
    const auto names = json::text_list(json::at(item, {"Names"}));
    std::string name = names.empty() ? "" : names.front();
    if (name.starts_with('/')) name.erase(0, 1);
    containers.push_back({json::text(json::at(item, {"Id"})), name,
                          json::text_map(json::at(item, {"Labels"})),
                          json::text(json::at(item, {"State"})) == "running"});
  }
  return containers;
}

std::vector<ResourceSummary> resources_from(const json::Value& list, const char* name_key,
                                            const char* labels_key) {
  std::vector<ResourceSummary> resources;
  if (!list.IsArray()) return resources;
  for (const auto& item : list.GetArray())
    resources.push_back(
        {json::text(json::at(item, {name_key})), json::text_map(json::at(item, {labels_key}))});
  return resources;
}

std::vector<std::string> networks_from(const json::Value& inspect) {
  auto names = json::keys(json::at(inspect, {"NetworkSettings", "Networks"}));
  std::erase(names, "none");
  return names;
}

}  // namespace pkgkiln::runtimes
