#include "cli/signals.hpp"

#include <atomic>
#include <csignal>

namespace pkgkiln::cli {

namespace {

/// Leaked on purpose: a signal may come while the program ends.
Cancellation* cancelled_by_signals = nullptr;

void on_signal(int signal) {
  cancelled_by_signals->request(signal);
}

std::atomic<int> continued{0};

void on_continued(int) {
  ++continued;
}

}  // namespace

void cancel_on_signals(const Cancellation& cancel) {
  cancelled_by_signals = new Cancellation(cancel);  // NOLINT(cppcoreguidelines-owning-memory)
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited {};
    // nohup(1), and a shell that starts a job in the background, want it to be ignored.
    if (::sigaction(signal, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN) continue;
    ::sigaction(signal, &action, nullptr);
  }
  ::signal(SIGPIPE, SIG_IGN);
  action.sa_handler = on_continued;
  ::sigaction(SIGCONT, &action, nullptr);
}

bool signal_came() {
  return cancelled_by_signals != nullptr && cancelled_by_signals->signal() > 0;
}

int times_continued() {
  return continued;
}

}  // namespace pkgkiln::cli
