#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/value.hpp"

namespace pkgkiln::config {

/// What is wrong with a configuration, collected so that all of it is told at once.
class Problems {
 public:
  /// `text` follows the position: "build.timeout: expected …, found …".
  void add(Origin where, std::string text) {
    problems_.emplace_back(std::move(where), std::move(text));
  }
  bool empty() const { return problems_.empty(); }

  /// One UsageError with a cause for each problem, if there are any: first those of the file, from
  /// top to bottom, then the others as they were found.
  void throw_if_any() const;

 private:
  std::vector<std::pair<Origin, std::string>> problems_;
};

}  // namespace pkgkiln::config
