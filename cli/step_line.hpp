#pragma once

#include <map>
#include <set>
#include <string>

namespace pkgkiln::cli {

/// The line that says what builds are at: the step that was begun last, and how many builds there
/// are if it isn't the only one.
class StepLine {
 public:
  /// A build begins; until then a target's steps belong to the look at what it needs.
  void started(const std::string& target);
  void step(const std::string& target, const std::string& step);
  void ended(const std::string& target);

  /// Empty when nothing goes on.
  std::string text() const;

 private:
  std::set<std::string> begun_;                  // builds without a step yet
  std::map<std::string, std::string> building_;  // their last steps
  std::string target_, step_;                    // what is shown
};

}  // namespace pkgkiln::cli
