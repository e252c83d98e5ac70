#include "core/events/log_delivery.hpp"

#include <fmt/format.h>
#include <optional>
#include <system_error>
#include <unistd.h>

#include "core/base/file.hpp"
#include "core/base/secret.hpp"
#include "core/journal/build_record_json.hpp"

namespace pkgkiln {

namespace {

namespace fs = std::filesystem;
using SteadyClock = std::chrono::steady_clock;

/// For each target: after a long outage a server gets only the newest.
constexpr std::size_t kMostWaiting = 50;
/// Bounds the delivery at the start of a run.
constexpr std::chrono::minutes kLongestDelivery{1};

void drop(const fs::path& kept) {
  std::error_code ignored;
  fs::remove(kept, ignored);
  ::rmdir(kept.parent_path().c_str());  // unless more logs of the target wait
}

/// The recorded build, if it is one of this target as it is now.
std::optional<BuildRecord> record_of(const fs::path& kept, const Target& target) {
  try {
    auto build = build_record_from_json(read_file(kept));
    // A name, and with some servers an id, may have gone to another target meanwhile.
    if (build.target == target.name && build.url == displayable_url(target.url) &&
        build.path == target.path)
      return build;
  } catch (const Error&) {
  }
  return std::nullopt;
}

}  // namespace

LogDelivery::LogDelivery(BuildLogServer& server, const StateDir& state, std::chrono::seconds keep,
                         Tell tell)
    : server_(server),
      state_(state),
      keep_(keep),
      tell_(std::move(tell)),
      sender_([this](const Ended& ended) {
        if (send(ended.target, ended.result)) drop(waiting(ended.result));
      }) {}

void LogDelivery::hear(const Event& event) {
  const auto* ended = std::get_if<Ended>(&event.what);
  if (ended == nullptr || ended->target.vieter_id == 0 || ended->result.build.empty() ||
      ended->result.log.empty() || ended->result.status == Status::interrupted)
    return;
  try {
    keep(ended->result);
  } catch (const Error& error) {
    tell_(fmt::format("the log of '{}' is lost if it cannot be delivered now: {}",
                      ended->target.name, error.what()));
  }
  sender_.push(*ended);
}

void LogDelivery::deliver_waiting(const std::vector<Target>& targets,
                                  const Cancellation& cancel) const {
  drop_old();
  const auto end = SteadyClock::now() + kLongestDelivery;
  for (const auto& target : targets) {
    if (target.vieter_id == 0) continue;
    for (const auto& kept : entries_of(state_.undelivered(target.name)))
      if (cancel.requested() || SteadyClock::now() > end || !deliver_kept(target, kept)) return;
  }
}

fs::path LogDelivery::waiting(const BuildRecord& build) const {
  return state_.undelivered(build.target) / (build.build + ".json");
}

void LogDelivery::keep(const BuildRecord& build) const {
  const auto directory = state_.undelivered(build.target);
  std::error_code failure;
  fs::create_directories(directory, failure);
  if (failure) throw Error("cannot make '" + directory.string() + "'").because(failure.message());
  write_file_atomically(waiting(build), to_json(build), 0600);
  const auto all = entries_of(directory);  // oldest first: their names begin with a time
  for (std::size_t i = 0; i + kMostWaiting < all.size(); ++i) drop(all[i]);
}

void LogDelivery::drop_old() const {
  if (keep_.count() == 0) return;
  const auto limit = fs::file_time_type::clock::from_sys(std::chrono::system_clock::now() - keep_);
  for (const auto& target : entries_of(state_.undelivered()))
    for (const auto& kept : entries_of(target)) {
      std::error_code failure;
      const auto written = fs::last_write_time(kept, failure);
      if (!failure && written < limit) drop(kept);
    }
}

bool LogDelivery::deliver_kept(const Target& target, const fs::path& kept) const {
  auto build = record_of(kept, target);
  std::error_code none;
  if (build) build->log = state_.log(target.name, build->build);
  if (build && fs::exists(build->log, none) && !send(target, *build)) return false;
  drop(kept);
  return true;
}

/// Whether the log need not be sent again.
bool LogDelivery::send(const Target& target, const BuildRecord& build) const {
  try {
    server_.deliver(target, build);
    return true;
  } catch (const Undeliverable& refused) {
    tell_(fmt::format("the log of '{}' was not delivered: {}", target.name, refused.what()));
    return true;
  } catch (const std::exception& error) {
    tell_(fmt::format("the log of '{}' waits for the next run: {}", target.name, error.what()));
    return false;
  }
}

}  // namespace pkgkiln
