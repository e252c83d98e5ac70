#pragma once

#include <string>

#include "cli/console.hpp"
#include "cli/step_line.hpp"
#include "core/run/observer.hpp"

namespace pkgkiln::cli {

/// Tells people on stderr how a run goes: a line an event, and below them what is going on if it
/// is a terminal. No colours or cursor movement unless it is one. Nothing waits for the terminal
/// but its end: see Console.
class Progress : public RunObserver {
 public:
  enum class Detail { quiet, normal, verbose };
  explicit Progress(Detail detail);

  void notice(const std::string& text) override;
  void planned(const std::vector<Plan>& plans) override;
  void preparing_image(const std::filesystem::path& log) override;
  void build_started(const Plan& plan, const std::filesystem::path& log) override;
  void step_started(const Target& target, const std::string& step) override;
  void finished(const TargetResult& result) override;

  /// Before results come.
  void flush() { console_.flush(); }

 private:
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
