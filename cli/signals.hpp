#pragma once

#include "core/base/cancellation.hpp"

namespace pkgkiln::cli {

/// From now on SIGINT, SIGTERM and SIGHUP ask `cancel` to stop, but for those that the program was
/// started to ignore; SIGPIPE is ignored, so that a closed terminal or pipe becomes an error where
/// it is written to. Call once.
void cancel_on_signals(const Cancellation& cancel);

/// Whether one of them came.
bool signal_came();

/// How often the program was stopped and went on.
int times_continued();

}  // namespace pkgkiln::cli
