#include "runtimes/shared/values.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

namespace pkgkiln::runtimes {

namespace {

constexpr std::array<std::string_view, 5> kSetByEngines = {"PATH", "HOME", "HOSTNAME", "TERM",
                                                           "container"};

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// Minutes east of UTC of what follows the seconds.
int offset_of(std::string_view rest) {
  const auto sign = rest.find_first_of("+-");
  if (sign == std::string_view::npos) return 0;
  const int minutes =
      digits(rest, sign + 1, 2).value_or(0) * 60 + digits(rest, sign + 4, 2).value_or(0);
  return rest[sign] == '-' ? -minutes : minutes;
}

void blank_leftovers(std::map<std::string, std::string>& committed,
                     const std::map<std::string, std::string>& container,
                     const std::map<std::string, std::string>& image) {
  for (const auto& [key, value] : container) {
    const auto original = image.find(key);
    const bool from_image = original != image.end() && original->second == value;
    if (!from_image && std::ranges::find(kSetByEngines, key) == kSetByEngines.end())
      committed.try_emplace(key, "");
  }
}

}  // namespace

std::vector<ContainerSummary> containers_from(const json::Value& list) {
  std::vector<ContainerSummary> containers;
  if (!list.IsArray()) return containers;
  for (const auto& item : list.GetArray()) {
    const auto names = json::text_list(item, {"Names"});
    std::string name = names.empty() ? "" : names.front();
    if (name.starts_with('/')) name.erase(0, 1);
    containers.push_back({json::text(item, {"Id"}), name, json::text_map(item, {"Labels"}),
                          json::text(item, {"State"}) == "running"});
  }
  return containers;
}

std::vector<ResourceSummary> resources_from(const json::Value& list, const char* name_key,
                                            const char* labels_key) {
  std::vector<ResourceSummary> resources;
  if (!list.IsArray()) return resources;
  for (const auto& item : list.GetArray())
    resources.push_back({json::text(item, {name_key}), json::text_map(item, {labels_key})});
  return resources;
}

std::vector<std::string> networks_from(const json::Value& inspect) {
  auto names = json::keys(inspect, {"NetworkSettings", "Networks"});
  std::erase(names, "none");
  return names;
}

std::chrono::system_clock::time_point time_from(std::string_view text) {
  using namespace std::chrono;
  const auto y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
  const auto h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
  if (!y || !mo || !d || !h || !mi || !s) return {};
  const year_month_day date{year(*y), month(static_cast<unsigned>(*mo)),
                            day(static_cast<unsigned>(*d))};
  if (!date.ok()) return {};
  return sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s) -
         minutes(offset_of(text.substr(19)));
}

std::string pulled_digest(const std::vector<std::string>& repo_digests,
                          std::string_view preferred) {
  std::vector<std::string> digests;
  for (const auto& text : repo_digests) {
    const auto at = text.find('@');
    if (at == std::string::npos || text.starts_with("localhost/")) continue;
    digests.push_back(text.substr(at + 1));
  }
  if (digests.empty()) return "";
  const auto found = std::ranges::find(digests, preferred);
  return found != digests.end() ? *found : *std::ranges::min_element(digests);
}

std::vector<std::string> assignments(const std::map<std::string, std::string>& env) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : env) lines.push_back(name + "=" + value);
  return lines;
}

std::map<std::string, std::string> from_assignments(const std::vector<std::string>& lines) {
  std::map<std::string, std::string> env;
  for (const auto& line : lines) {
    const auto equals = line.find('=');
    env[line.substr(0, equals)] = equals == std::string::npos ? "" : line.substr(equals + 1);
  }
  return env;
}

CommitSpec committed_config(CommitSpec spec, const InheritedConfig& inherited) {
  blank_leftovers(spec.env, inherited.container_env, inherited.image_env);
  blank_leftovers(spec.labels, inherited.container_labels, inherited.image_labels);
  return spec;
}

}  // namespace pkgkiln::runtimes
