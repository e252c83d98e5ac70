#pragma once

#include <string>

#include "cli/console.hpp"
#include "cli/step_line.hpp"
#include "core/events/events.hpp"

namespace pkgkiln::cli {

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
