#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/runtime/types.hpp"
#include "runtimes/shared/json.hpp"

/// What both engines give in the same form; pure.
namespace pkgkiln::runtimes {

/// Names come with a leading slash (Docker) or without.
std::vector<ContainerSummary> containers_from(const json::Value& list);

std::vector<ResourceSummary> resources_from(const json::Value& list, const char* name_key,
                                            const char* labels_key);

/// Names of the networks in a container's inspect; the network "none" is none.
std::vector<std::string> networks_from(const json::Value& inspect);

/// Drops everything that lacks one of the labels, so that nothing foreign gets through even if the
/// engine's filter fails.
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

/// A time in RFC 3339, with or without a fraction, in any offset; the epoch for any other text.
std::chrono::system_clock::time_point time_from(std::string_view text);

/// The digest in a list of "name@sha256:…": `preferred` if it is there, otherwise the first in
/// alphabetical order. Images on "localhost/" were never pulled.
std::string pulled_digest(const std::vector<std::string>& repo_digests,
                          std::string_view preferred = {});

/// "NAME=value" lines, and back.
std::vector<std::string> assignments(const std::map<std::string, std::string>& env);
std::map<std::string, std::string> from_assignments(const std::vector<std::string>& lines);

/// The environment and labels of a container and those of the image it was made from.
struct InheritedConfig {
  std::map<std::string, std::string> container_env, image_env;
  Labels container_labels, image_labels;
};

/// A commit keeps what the container was created with, and no engine can remove a variable or label
/// from it. So every variable and label that the container added to its image's, and that `spec`
/// doesn't name, is set to an empty value. Those that engines set themselves (PATH, HOME, …) are
/// left alone.
CommitSpec committed_config(CommitSpec spec, const InheritedConfig& inherited);

}  // namespace pkgkiln::runtimes
