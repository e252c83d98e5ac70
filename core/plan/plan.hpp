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

/// It can't even be told: its repository is out of reach, say. Reported as failed, at step
/// "source".
struct Unplannable {
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
