#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/plan/plan.hpp"
#include "core/run/result.hpp"

namespace pkgkiln {

/// Sees a run as it goes. Calls come one at a time.
class RunObserver {
 public:
  virtual ~RunObserver() = default;

  /// Something that the user should know, and that stops nothing.
  virtual void notice(const std::string& text) = 0;
  virtual void planned(const std::vector<Plan>& plans) = 0;
  /// A builder image is being made; the output of that goes to `log`.
  virtual void preparing_image(const std::filesystem::path& log) = 0;
  virtual void build_started(const Plan& plan, const std::filesystem::path& log) = 0;
  virtual void step_started(const Target& target, const std::string& step) = 0;
  virtual void finished(const TargetResult& result) = 0;
};

}  // namespace pkgkiln
