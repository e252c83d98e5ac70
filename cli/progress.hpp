#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "cli/console.hpp"
#include "cli/terminal/live_view.hpp"
#include "core/events/events.hpp"

namespace pkgkiln::cli {

/// What a line tells.
struct Word {
  enum class Kind { detail, news, good, warning, bad } kind = Kind::news;
  Line line;
};
/// Of what deserves a line at all: a build that begins or ended, what is to be known. `is_short`
/// leaves out what a live view shows.
std::optional<Word> word_of(const Event& event, bool is_short);

/// Tells people on stderr how a run goes. At a terminal what goes on stands below the lines, and is
/// drawn anew a few times a second if it changed. Elsewhere a line begins with its time; in the
/// journal with its priority, as sd-daemon(3) has it. Nothing waits for the terminal but its end:
/// see Console.
class Progress : public Listener {
 public:
  enum class Detail {
    quiet,    // only notices
    normal,   // a line for each build
    verbose,  // and each step, and all that is logged
  };
  explicit Progress(Detail detail);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() override;

  void hear(const Event& event) override;
  void logged(const std::string& target, std::string_view line) override;
  void transferred(const std::string& target, const Transfer& transfer) override;

  void show_notice(const std::string& text);
  /// What others write there.
  Console& console() { return console_; }
  /// Until `on` is false nothing stands below the lines, so that others can ask.
  void pause(bool on);
  /// Before results come: takes away what stands below the lines.
  void finish();

 private:
  void show(const Word& word);
  void draw();
  void keep_drawing();

  const Detail detail_;
  const bool coloured_, journal_, timed_;
  Console console_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool live_, paused_ = false;
  bool changed_ = true;
  Size size_;
  LiveView view_;
  std::thread drawer_;  // last: it uses the others
};

}  // namespace pkgkiln::cli
