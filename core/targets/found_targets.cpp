#include "core/targets/found_targets.hpp"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <iterator>
#include <optional>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"

namespace pkgkiln {

namespace {

constexpr std::uint64_t kLongestFound = std::uint64_t{64} << 20U;
constexpr std::size_t kKeyDigits = 16;
constexpr std::size_t kMostTold = 20;

/// What was found last, in a file of the repository's mirror: the commit, and a path a line.
struct Memory {
  std::string commit;
  std::vector<std::string> paths;
};

std::filesystem::path file_of(const FoundTargets::Entry& entry, const PackagingSources& sources) {
  auto key = entry.target.branch + "\n" + entry.target.path;
  for (const auto& one : entry.exclude) key += "\n" + one;
  return sources.directory(entry.target) / ("found-" + sha256_of(key).substr(0, kKeyDigits));
}

std::optional<Memory> recall(const std::filesystem::path& file) {
  std::string text;
  try {
    text = read_file(file, kLongestFound);
  } catch (const Error&) {
    return std::nullopt;
  }
  std::string_view left = text;
  Memory memory{std::string(take_until(left, '\n')), {}};
  while (!left.empty()) memory.paths.emplace_back(take_until(left, '\n'));
  return memory;
}

void remember(const std::filesystem::path& file, const Memory& memory) {
  auto text = memory.commit + "\n";
  for (const auto& path : memory.paths) text += path + "\n";
  write_file_atomically(file, text, 0600);
}

void tell_gone(std::vector<std::string> before, const std::vector<std::string>& now,
               const std::string& url, Listing& listing) {
  auto there = now;
  std::ranges::sort(before);
  std::ranges::sort(there);
  std::vector<std::string> gone;
  std::ranges::set_difference(before, there, std::back_inserter(gone));
  for (std::size_t i = 0; i < std::min(gone.size(), kMostTold); ++i)
    listing.notices.push_back(fmt::format(
        "the directory '{}' is gone from {}, or its PKGBUILD is: it is no target any more, and "
        "pkgkiln clean removes what is kept of it",
        gone[i], url));
  if (gone.size() > kMostTold)
    listing.notices.push_back(
        fmt::format("{} more directories are gone from {}", gone.size() - kMostTold, url));
}

}  // namespace

FoundTargets::FoundTargets(Entry entry, const std::vector<Target>& own, PackagingSources& sources,
                           bool may_fetch, const Cancellation& cancel)
    : entry_(std::move(entry)), sources_(sources), may_fetch_(may_fetch), cancel_(cancel) {
  for (const auto& target : own)
    if (target.kind == TargetKind::git && target.url == entry_.target.url &&
        target.branch == entry_.target.branch)
      own_.push_back(target.path);
  std::ranges::sort(own_);
}

std::string FoundTargets::name() const {
  return entry_.target.origin;
}

std::vector<std::string> FoundTargets::find(const PathPattern& pattern, Listing& listing) {
  const auto& target = entry_.target;
  const auto file = file_of(entry_, sources_);
  const auto url = displayable_url(target.url);
  const auto memory = recall(file);
  if (!may_fetch_) {
    if (memory) return memory->paths;
    throw Error(fmt::format("cannot look for '{}' in {}", target.path, url))
        .because("another run is at work, and none has looked yet")
        .advise("try again when it has ended");
  }
  auto& mirrors = sources_.mirrors();
  auto tip = mirrors.ask_tip(target.url, target.branch, cancel_);
  if (memory && memory->commit == tip.commit) return memory->paths;
  const auto mirror = mirrors.of(target.url, target.branch);
  tip = mirror->fetch(tip, cancel_);
  std::vector<PathPattern> excluded;
  for (const auto& one : entry_.exclude) excluded.emplace_back(one);
  const auto found = mirror->directories_with(tip.commit, "PKGBUILD", pattern, excluded);
  if (memory) tell_gone(memory->paths, found, url, listing);
  remember(file, {tip.commit, found});
  return found;
}

Listing FoundTargets::list() {
  Listing listing;
  const PathPattern pattern(entry_.target.path);
  const auto paths = find(pattern, listing);
  const auto problem = [&](std::string text) {
    listing.problems.push_back(entry_.target.origin + ": " + std::move(text));
  };
  for (const auto& path : paths) {
    if (std::ranges::binary_search(own_, path)) continue;
    auto target = entry_.target;
    target.path = path;
    target.name = default_target_name(target.kind, target.url, path);
    target.origin = fmt::format("{} ({})", entry_.target.origin, path.empty() ? "." : path);
    if (target.name.empty())
      problem(
          fmt::format("no name can be made of the directory '{}': list it in [[targets]] with "
                      "a name",
                      printable(path)));
    else
      listing.targets.push_back(std::move(target));
  }
  if (paths.empty())
    problem(fmt::format("targets.path: no directory of {} with a PKGBUILD is named by '{}'",
                        displayable_url(entry_.target.url), entry_.target.path));
  return listing;
}

}  // namespace pkgkiln
