#include "cli/step_line.hpp"

#include <fmt/format.h>

namespace pkgkiln::cli {

void StepLine::started(const std::string& target) {
  begun_.insert(target);
}

void StepLine::step(const std::string& target, const std::string& step) {
  if (begun_.erase(target) > 0 || building_.contains(target)) building_[target] = step;
  target_ = target;
  step_ = step;
}

void StepLine::ended(const std::string& target) {
  begun_.erase(target);
  building_.erase(target);
  if (building_.contains(target_)) return;
  const bool none = building_.empty();
  target_ = none ? std::string() : building_.begin()->first;
  step_ = none ? std::string() : building_.begin()->second;
}

std::string StepLine::text() const {
  if (target_.empty()) return {};
  const auto line = fmt::format("{}: {} …", target_, step_);
  return building_.size() > 1 ? fmt::format("{} builds; {}", building_.size(), line) : line;
}

}  // namespace pkgkiln::cli
