#pragma once

#include "core/builder/build_steps.hpp"

namespace pkgkiln {

/// The first stage of a build: learns what the PKGBUILD says, from what the plan found on the host
/// where that is enough, otherwise from makepkg in a container.
class Inspection {
 public:
  /// `found` gets what is found, as it is found; it outlives this.
  Inspection(BuildSteps& steps, Inspected& found) : steps_(steps), found_(found) {}

  /// Without an outcome, all is found.
  BuildSteps::Ended run(const Cancellation& cancel);

 private:
  void look_on_host(const Cancellation& cancel);
  BuildSteps::Ended ask_makepkg(const Cancellation& cancel);
  /// A version that moves says nothing yet.
  BuildSteps::Ended if_published();

  BuildSteps& steps_;
  Inspected& found_;
};

}  // namespace pkgkiln
