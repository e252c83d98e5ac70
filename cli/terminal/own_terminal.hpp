#pragma once

#include <csignal>
#include <optional>
#include <string_view>
#include <termios.h>

#include "core/base/cancellation.hpp"
#include "core/runtime/container_runtime.hpp"

namespace pkgkiln::cli {

/// Stdin, stdout and stderr. Where the first two are a terminal, it is raw until the end of this:
/// all keys go to whoever is conversed with, and all that he prints comes as it is. Make one at a
/// time.
class OwnTerminal final : public Terminal {
 public:
  explicit OwnTerminal(const Cancellation& cancel);
  OwnTerminal(const OwnTerminal&) = delete;
  OwnTerminal& operator=(const OwnTerminal&) = delete;
  ~OwnTerminal() override;

  /// Whether there is one.
  static bool is_there();

  int input() const override;
  std::optional<Size> size() override;
  void show(OutputStream stream, std::string_view bytes) override;

 private:
  const Cancellation& cancel_;
  std::optional<termios> before_;  // as it was, if it is a terminal
  struct sigaction stop_ {
  }, quit_{};
};

}  // namespace pkgkiln::cli
