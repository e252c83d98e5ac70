#include "core/journal/old_files.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMirrorDigits = 32;

std::uint64_t size_of(const fs::path& path) {
  std::error_code ignored;
  std::uint64_t bytes = 0;
  if (fs::is_regular_file(fs::symlink_status(path, ignored))) return fs::file_size(path, ignored);
  for (const auto& entry : fs::recursive_directory_iterator(path, ignored))
    if (entry.symlink_status(ignored).type() == fs::file_type::regular)
      bytes += entry.file_size(ignored);
  return bytes;
}

Removable of_files(std::string what, std::vector<fs::path> paths) {
  std::uint64_t bytes = 0;
  for (const auto& path : paths) bytes += size_of(path);
  return {std::move(what), bytes, [paths = std::move(paths)] {
            for (const auto& path : paths) {
              std::error_code failure;
              fs::remove_all(path, failure);
              if (failure)
                throw Error("cannot remove '" + path.string() + "'").because(failure.message());
            }
          }};
}

struct Log {
  bool newest = false;  // of its target
  fs::file_time_type time;
  fs::path path;
  std::uint64_t size = 0;
};

bool goes_before(const Log& a, const Log& b) {
  return std::tie(a.newest, a.time, a.path) < std::tie(b.newest, b.time, b.path);
}

/// When it was last written to; what can't be read is as good as new.
fs::file_time_type written(const fs::path& path) {
  std::error_code failure;
  const auto time = fs::last_write_time(path, failure);
  return failure ? fs::file_time_type::max() : time;
}

}  // namespace

std::vector<Removable> old_logs(const StateDir& state,
                                std::chrono::system_clock::time_point before) {
  const auto limit = fs::file_time_type::clock::from_sys(before);
  std::vector<Removable> result;
  for (const auto& directory : entries_of(state.logs())) {
    auto logs = entries_of(directory);
    const auto newest = std::max_element(
        logs.begin(), logs.end(),
        [](const fs::path& a, const fs::path& b) { return written(a) < written(b); });
    if (newest != logs.end()) logs.erase(newest);
    std::erase_if(logs, [&](const fs::path& log) { return written(log) >= limit; });
    if (logs.empty()) continue;
    const auto name = directory.filename().string();
    auto what = fmt::format("{} old log{} of {}", logs.size(), logs.size() == 1 ? "" : "s",
                            name.front() == '.' ? "builder images" : name);
    result.push_back(of_files(std::move(what), std::move(logs)));
  }
  return result;
}

std::vector<Removable> logs_beyond(const StateDir& state, std::uint64_t limit,
                                   const std::set<fs::path>& in_use) {
  std::vector<Log> logs;
  std::uint64_t bytes = 0;
  for (const auto& directory : entries_of(state.logs())) {
    std::vector<Log> of_target;
    for (const auto& path : entries_of(directory))
      of_target.push_back({false, written(path), path, size_of(path)});
    std::sort(of_target.begin(), of_target.end(), goes_before);
    if (!of_target.empty()) of_target.back().newest = true;
    for (auto& log : of_target) {
      bytes += log.size;
      logs.push_back(std::move(log));
    }
  }
  std::sort(logs.begin(), logs.end(), goes_before);
  std::vector<fs::path> removed;
  for (const auto& log : logs) {
    if (bytes <= limit) break;
    if (in_use.contains(log.path)) continue;
    bytes -= log.size;
    removed.push_back(log.path);
  }
  if (removed.empty()) return {};
  auto what = fmt::format("{} log{}, the oldest", removed.size(), removed.size() == 1 ? "" : "s");
  std::vector<Removable> result;
  result.push_back(of_files(std::move(what), std::move(removed)));
  return result;
}

std::vector<Removable> unknown_targets(const StateDir& state, const std::set<std::string>& known) {
  std::vector<Removable> result;
  for (const auto& [what, parent] :
       {std::pair("the logs of ", state.logs()), {"the undelivered logs of ", state.undelivered()}})
    for (const auto& directory : entries_of(parent)) {
      const auto name = directory.filename().string();
      if (name.front() != '.' && !known.contains(name))
        result.push_back(of_files(what + name, {directory}));
    }
  return result;
}

std::vector<Removable> unknown_mirrors(const StateDir& state, const std::set<std::string>& known) {
  std::vector<Removable> result;
  for (const auto& directory : entries_of(state.mirrors()))
    if (!known.contains(directory.filename().string()))
      result.push_back(of_files("a mirror that no target uses", {directory}));
  return result;
}

std::vector<Removable> useless_files(const StateDir& state) {
  std::vector<Removable> result;
  for (const auto& directory : entries_of(state.mirrors())) {
    const auto name = directory.filename().string();
    if (name.size() != kMirrorDigits || !is_hex(name))
      result.push_back(of_files("the mirror of " + name, {directory}));
  }
  if (std::filesystem::exists(state.verification()))
    result.push_back(of_files("a verification that was killed", {state.verification()}));
  return result;
}

}  // namespace pkgkiln
