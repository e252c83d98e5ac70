#include "core/publish/database_files.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kUsual = ".tar.gz";

/// Those that repo-add knows, the usual one first.
constexpr std::array<std::string_view, 10> kEndings{kUsual,     ".tar.zst", ".tar.xz", ".tar.bz2",
                                                    ".tar",     ".tar.lz4", ".tar.lz", ".tar.Z",
                                                    ".tar.lrz", ".tar.lzo"};

}  // namespace

DatabaseFiles::DatabaseFiles(fs::path directory, std::string repository)
    : directory_(std::move(directory)),
      repository_(std::move(repository)),
      ending_(found_ending()) {}

fs::path DatabaseFiles::link(const std::string& form) const {
  return directory_ / (repository_ + "." + form);
}

fs::path DatabaseFiles::archive(const std::string& form) const {
  return directory_ / (repository_ + "." + form + ending_);
}

/// The link tells. It isn't there for a moment while repo-add works, and it is a second name or a
/// copy where the file system knows no links.
std::string DatabaseFiles::found_ending() const {
  std::error_code none;
  const auto base = repository_ + ".db";
  const auto leads_to = fs::read_symlink(link("db"), none).filename().string();
  std::string found;
  std::optional<fs::file_time_type> newest;
  for (const auto ending : kEndings) {
    const auto name = base + std::string(ending);
    if (leads_to == name) return std::string(ending);
    const auto path = directory_ / name;
    if (!fs::is_regular_file(path, none)) continue;
    const auto time = fs::last_write_time(path, none);
    if (newest && time <= *newest) continue;
    newest = time;
    found = ending;
  }
  return found.empty() ? std::string(kUsual) : found;
}

std::vector<std::string> DatabaseFiles::stale() const {
  std::error_code none;
  std::vector<std::string> names;
  for (const auto ending : kEndings) {
    const auto name = repository_ + ".db" + std::string(ending);
    if (ending != ending_ && fs::is_regular_file(fs::symlink_status(directory_ / name, none)))
      names.push_back(name);
  }
  return names;
}

}  // namespace pkgkiln
