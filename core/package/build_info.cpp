#include "core/package/build_info.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"
#include "core/package/tar_reader.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::uint64_t kMostUnpacked = std::uint64_t{1} << 30U;
/// makepkg takes no more digits than these, which are beyond the year 9999.
constexpr std::int64_t kLatest = 999'999'999'999;

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> metadata_lines(std::string_view text) {
  std::vector<std::pair<std::string_view, std::string_view>> lines;
  while (!text.empty()) {
    auto line = take_until(text, '\n');
    if (line.empty() || line.front() == '#') continue;
    const auto key = trimmed(take_until(line, '='));
    lines.emplace_back(key, trimmed(line));
  }
  return lines;
}

BuildInfo BuildInfo::parse(std::string_view text) {
  BuildInfo info;
  for (const auto& [key, value] : metadata_lines(text)) {
    if (key == "packager" && !has_control_characters(value)) info.packager = value;
    if (key == "installed") info.installed.emplace_back(value);
    if (key != "builddate") continue;
    std::from_chars(value.data(), value.data() + value.size(), info.build_date);
    info.build_date = std::clamp(info.build_date, std::int64_t{0}, kLatest);
  }
  return info;
}

BuildInfo BuildInfo::of(const std::filesystem::path& package, const Cancellation& cancel) {
  TarReader tar(package, {.bytes = kMostUnpacked, .cancel = cancel});
  while (const auto entry = tar.next())
    if (entry->name == ".BUILDINFO" && entry->regular) return parse(tar.content(longest));
  return {};
}

}  // namespace pkgkiln::pacman
