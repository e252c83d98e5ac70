#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/inspect/inspected.hpp"
#include "core/package/package_name.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln {

struct Build {
  std::string why;
  /// The id of the builder image with which it failed at this commit: it is not tried again with
  /// that one. Empty: with any.
  std::string not_with_image = {};
};

struct Skip {
  std::string why;
  /// What is published of a target that the history doesn't know to be up to date: to be recorded.
  std::vector<pacman::PackageFileName> found = {};
  /// The build of another commit that made the same: to be recorded for this one.
  std::optional<BuildRecord> same_as = std::nullopt;
};

/// It can't even be told: what is asked doesn't answer. Reported as failed.
struct Unplannable {
  std::string step;  // "source", "inspect" or "repository": what was asked
  Error error;

  /// What it is published in may not answer, or can't be read.
  Fault fault() const { return step == "repository" ? Fault::unreached : Fault::elsewhere; }
};

/// One thing that was looked at on the way to a decision, for people.
struct Evidence {
  std::string what;   // "refs/heads/main", a source, a package file
  std::string found;  // "at 0123456789, as built last", "published in kiln"
};

/// What is to be done about a target, decided on the host.
struct Plan {
  Target target;
  std::variant<Build, Skip, Unplannable> decision;
  /// What was found: the ref and its commit; for kind = url the PKGBUILD's URL and its sha256.
  std::string ref, commit;
  /// What its build's end may hang on beside that: BuildRecord::conditions.
  std::string conditions = {};
  /// What that commit's files tell, if they were looked at.
  std::optional<Inspected> inspected = std::nullopt;
  std::vector<Evidence> evidence = {};
};

}  // namespace pkgkiln
