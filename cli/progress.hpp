#pragma once

#include <map>
#include <set>
#include <string>

#include "cli/console.hpp"
#include "core/events/events.hpp"

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

/// Tells people on stderr how a run goes: a line an event, and below them what is going on if it
/// is a terminal. No colours or cursor movement unless it is one. Nothing waits for the terminal
/// but its end: see Console.
class Progress : public Listener {
 public:
  enum class Detail { quiet, normal, verbose };
  explicit Progress(Detail detail);

  void hear(const Event& event) override;
  void show_notice(const std::string& text) { show("note: " + text); }

  /// Before results come.
  void flush() { console_.flush(); }

 private:
  struct Hear;
  /// Unless it is to be quiet.
  void tell(const std::string& line);
  void show(const std::string& line);
  void show_steps();

  Detail detail_;
  bool has_steps_;
  StepLine steps_;
  Console console_;
};

}  // namespace pkgkiln::cli
