#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/pacman/dependency.hpp"

namespace pkgkiln::pacman {

/// A package as others may depend on it.
struct Candidate {
  std::string pkgname;
  std::string version;
  std::vector<std::string> provides;  // entries of provides=()
  /// Its version isn't known yet, so it satisfies every constraint, and with it what it provides
  /// in its own version. A library in provides=() without one ("libfoo.so") satisfies every
  /// constraint anyway.
  bool any_version = false;
};

/// Finds who satisfies a dependency, in the time that a map takes. A plain value.
class Providers {
 public:
  /// `owner` is what find() is to answer.
  void add(std::size_t owner, const Candidate& candidate);

  /// Who was added first of those with that very pkgname; otherwise of those that provide it.
  std::optional<std::size_t> find(const Dependency& dependency) const;

 private:
  struct Entry {
    std::size_t owner = 0;
    std::string version;
    bool any_version = false;
  };
  using Entries = std::map<std::string, std::vector<Entry>>;

  static const Entry* first(const Entries& entries, const Dependency& dependency);

  Entries packages_, provisions_;
};

}  // namespace pkgkiln::pacman
