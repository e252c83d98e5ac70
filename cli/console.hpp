#pragma once

#include <memory>
#include <string>

#include "core/base/cancellation.hpp"

namespace pkgkiln::cli {

/// Text for a reader who may be gone or slow: a closed pipe, a stopped terminal, a full disk, a
/// journal that doesn't answer. Nobody waits for him or sees an error of his as long as it lives,
/// since a thread of its own writes. Its end waits, so make it before locks and engines.
/// Thread-safe.
class Console {
 public:
  /// How long its end waits for a reader who reads nothing.
  enum class Patience {
    bounded,  // ten seconds: what is left is lost
    endless,  // until a signal asks the program to end
  };
  Console(int fd, Patience patience);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;
  ~Console();

  /// Whole lines. Of a `bounded` one's those are dropped that come when too many wait; it says how
  /// many.
  void write(const std::string& lines);
  /// What stands below the lines of a terminal, in one or more lines, without a newline at its end;
  /// "" takes it away. One that could not be shown before the next came is never shown.
  void status(const std::string& text);
  /// Waits until all is written, but not long for a reader who reads nothing.
  void flush();

 private:
  struct State;
  std::shared_ptr<State> state_;  // the thread's too, which may be left in a write that hangs
  Patience patience_;
};

/// Results, on stdout: returns when they are written or nobody is there to read them.
void print(const std::string& text);
/// Words for people, on stderr.
void say(const std::string& text);

/// "error: …", for stderr: where that is the journal of systemd, as an error.
std::string error_text(const std::string& report);
/// The same of lines that say so themselves.
std::string as_error(const std::string& lines);

/// Whether somebody at a terminal sees what is printed, and can answer.
bool is_attended();
/// A line that somebody types who is asked on stderr; empty where nothing more comes. Throws
/// Cancelled when asked to stop.
std::string answer_to(const std::string& question, const Cancellation& cancel);

/// What kept results from being written, if it wasn't that their reader had gone; an errno or 0.
int lost_results();

/// Lets descriptors 0 to 2 be open, so that no file of ours gets a number that is written to.
void open_standard_descriptors();

}  // namespace pkgkiln::cli
