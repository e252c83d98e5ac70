#include "core/builder/cache_keeper.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fmt/format.h>
#include <mutex>
#include <utility>

#include "core/builder/layout.hpp"
#include "core/builder/script/script.hpp"
#include "core/runtime/waiting_container.hpp"

namespace pkgkiln {

namespace {

constexpr std::chrono::minutes kLongest{10};
constexpr std::size_t kLongestReport = 64;

std::vector<VolumeMount> mounts_of(const BuildCaches& caches, bool read_only) {
  std::vector<VolumeMount> mounts;
  if (!caches.shared.empty()) mounts.push_back({caches.shared, builder::shared_cache, read_only});
  if (!caches.own.empty()) mounts.push_back({caches.own, builder::own_cache, read_only});
  if (caches.any()) mounts.push_back({caches.fetched, builder::fetched});
  return mounts;
}

}  // namespace

std::vector<VolumeMount> BuildCaches::mounts() const {
  return mounts_of(*this, true);
}

std::map<std::string, std::string> BuildCaches::environment() const {
  std::map<std::string, std::string> env;
  if (!shared.empty()) {
    env["SHARED_CACHE"] = builder::shared_cache;
    env["SHARED_CACHE_LIMIT"] = std::to_string(limits.packages);
  }
  if (!own.empty()) {
    env["OWN_CACHE"] = builder::own_cache;
    env["OWN_CACHE_LIMIT"] = std::to_string(limits.sources);
  }
  if (any()) env["FETCHED"] = builder::fetched;
  return env;
}

std::optional<std::uint64_t> keep_fetched(ContainerRuntime& runtime, ContainerSpec spec,
                                          const BuildCaches& caches,
                                          const std::vector<std::string>& sources, const Sink& log,
                                          const Cancellation& cancel) {
  // Two would have the shared cache at once.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  const auto bounded = cancel.with_deadline(Cancellation::Clock::now() + kLongest);
  bounded.check();
  spec.volumes = mounts_of(caches, false);
  const WaitingContainer container(runtime, std::move(spec), 2 * kLongest, log,
                                   WaitingContainer::Network::none);
  ExecSpec exec;
  exec.command = script::command(script::keep, sources);
  exec.user = "root";
  exec.env = caches.environment();
  exec.env["PATH"] = builder::path;
  exec.env["LANG"] = "C.UTF-8";
  exec.working_dir = "/";
  std::string answer;
  const auto sort = [&](OutputStream stream, std::string_view output) {
    if (stream == OutputStream::err)
      log(output);
    else
      answer += output.substr(0, kLongestReport - std::min(answer.size(), kLongestReport));
  };
  const int code = runtime.exec(container.name(), exec, sort, bounded);
  if (code != 0)
    throw RuntimeError(RuntimeError::Kind::rejected, fmt::format("keep.sh: exit code {}", code));
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(answer.data(), answer.data() + answer.size(), size);
  return error == std::errc() ? std::optional(size) : std::nullopt;
}

}  // namespace pkgkiln
