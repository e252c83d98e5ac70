#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/state/history.hpp"
#include "core/target/target.hpp"

namespace pkgkiln {

/// Which target a package belongs to: the one whose latest good build made it, or the first one
/// that made it in this run. Thread-safe.
class PackageOwners {
 public:
  /// `known` names every target; who isn't among them owns nothing. Empty: there may be any.
  PackageOwners(const History& history, std::vector<std::string> known)
      : history_(history), known_(std::move(known)) {}

  /// The other target that owns this pkgname in the target's repository. If there is none, it is
  /// the target's from now on.
  std::optional<std::string> claim(const std::string& pkgname, const Target& target);
  /// Gives up what it claimed and didn't publish.
  void release(const Target& target);

 private:
  bool exists(const std::string& target) const;

  const History& history_;
  std::vector<std::string> known_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> claims_;  // by repository and pkgname
};

}  // namespace pkgkiln
