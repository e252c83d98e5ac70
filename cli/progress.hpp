#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "core/run/observer.hpp"

namespace pkgkiln::cli {

/// Tells people on stderr how a run goes: a line an event, no colours or cursor movement unless it
/// is a terminal.
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

 private:
  void say(const std::string& line);
  void show_step(const std::string& line);
  void clear_step();

  Detail detail_;
  bool terminal_;
  bool step_shown_ = false;
  std::mutex mutex_;
};

}  // namespace pkgkiln::cli
