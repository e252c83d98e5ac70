#pragma once

#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln {

struct Listing {
  std::vector<Target> targets;  // without a name where the source gives none
  /// Entries that can't be used, a message each. The others still count.
  std::vector<std::string> problems;
  std::vector<std::string> notices = {};  // what is told once
  std::vector<Error> failures = {};       // why there may be more
  bool is_partial = false;                // there may be more, which is no failure
};

/// Where the list of targets comes from.
class TargetSource {
 public:
  virtual ~TargetSource() = default;
  /// For messages: "pkgkiln.toml", "https://vieter.example.com".
  virtual std::string name() const = 0;
  /// Throws Error (with what to do) when the list can't be had.
  virtual Listing list() = 0;
  /// Targets that those which it listed need, beside all that are listed, by any source. Fills in
  /// their Target::needs.
  virtual Listing list_needed(std::vector<Target>& /*listed*/) { return {}; }
};

/// The targets that stand in the configuration.
class ConfiguredTargets : public TargetSource {
 public:
  ConfiguredTargets(std::string name, std::vector<Target> targets)
      : name_(std::move(name)), targets_(std::move(targets)) {}
  std::string name() const override { return name_; }
  Listing list() override { return {targets_, {}, {}, {}}; }

 private:
  std::string name_;
  std::vector<Target> targets_;
};

}  // namespace pkgkiln
