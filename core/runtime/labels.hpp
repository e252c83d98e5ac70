#pragma once

#include <string>

#include "core/base/text.hpp"
#include "core/runtime/types.hpp"

/// The labels on everything that we make in an engine. They identify leftovers, and protect what
/// isn't ours.
namespace pkgkiln::label {

inline constexpr const char* instance = "io.pkgkiln.instance";  // one per state directory
inline constexpr const char* run = "io.pkgkiln.run";            // one per run of the program
inline constexpr const char* target = "io.pkgkiln.target";
inline constexpr const char* cache = "io.pkgkiln.cache";  // "packages" or "target": no leftover
inline constexpr const char* base_digest = "io.pkgkiln.base-digest";
inline constexpr const char* base_image = "io.pkgkiln.base-image";
inline constexpr const char* bootstrap_hash = "io.pkgkiln.bootstrap-hash";
}  // namespace pkgkiln::label

namespace pkgkiln {

/// A target's name as a part of names of containers, networks and volumes: short, and only of
/// [a-zA-Z0-9_.-]. Different names may become the same.
inline std::string object_name_part(const std::string& target) {
  std::string part;
  for (const char c : target.substr(0, 60))
    part += is_alphanumeric(c) || c == '.' || c == '-' ? c : '_';
  return part;
}

/// Identifies who makes things in an engine, for their labels.
struct RunIdentity {
  std::string instance;  // of the state directory
  std::string run;       // of this run

  Labels labels() const { return {{label::instance, instance}, {label::run, run}}; }
};

}  // namespace pkgkiln
