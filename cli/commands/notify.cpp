#include <fmt/format.h>

#include "cli/commands/commands.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/setup.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/notify/channels.hpp"

namespace pkgkiln::cli {

int notify_command(const Arguments& arguments, const Cancellation& cancel) {
  const auto settings = load_config(arguments).settings.notify;
  const auto channels = make_channels(settings);
  if (channels.empty())
    throw UsageError("nobody is to be told of anything")
        .advise("set command, mail, webhook, ntfy or matrix below [notify]");
  const auto told = tell_all(channels, test_message(time_and_random(), host_name()),
                             cancel.with_deadline(Cancellation::Clock::now() + settings.timeout));
  cancel.check();
  bool failed = false;
  std::string results;
  for (const auto& [channel, failure] : told) {
    failed = failed || failure;
    if (failure || !arguments.quiet)
      results += fmt::format("{:8}{}{}\n", failure ? "FAILED" : "ok", channel,
                             failure ? ": " + failure->report() : "");
  }
  print(results);
  return failed ? exit_code::nothing_done : exit_code::ok;
}

}  // namespace pkgkiln::cli
