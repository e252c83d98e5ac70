#pragma once

#include <string>
#include <variant>

#include "core/target/target.hpp"

namespace pkgkiln {

struct Build {
  std::string why;
};

struct Skip {
  std::string why;
};

/// It can't even be told: what is asked doesn't answer. Reported as failed.
struct Unplannable {
  std::string step;  // "source" or "repository": what was asked
  std::string why;
  std::string advice;
};

/// What is to be done about a target, decided on the host.
struct Plan {
  Target target;
  std::variant<Build, Skip, Unplannable> decision;
  /// What was found: the ref and its commit; for kind = url the PKGBUILD's URL and its sha256.
  std::string ref, commit;
};

}  // namespace pkgkiln
