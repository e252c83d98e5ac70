#include "core/publish/local_offer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/file.hpp"
#include "core/base/tar_writer.hpp"
#include "core/package/dependency.hpp"
#include "core/repodb/database_text.hpp"

namespace pkgkiln {

namespace {

constexpr std::size_t kPiece = 64U << 10U;

std::string packed(const pacman::RepositoryDatabase& entries) {
  std::string bytes;
  entries.write([&](std::string_view piece) { bytes += piece; },
                pacman::RepositoryDatabase::Form::db);
  return bytes;
}

/// Writes exactly `size` bytes, or throws Error: a file that is replaced meanwhile must not break
/// the tar.
void write_file(TarWriter& tar, const std::filesystem::path& path, std::uint64_t size,
                const Cancellation& cancel) {
  const auto source = file_source(path);
  std::array<char, kPiece> buffer{};
  while (size > 0) {
    cancel.check();
    const auto got = source(buffer.data(), std::min<std::uint64_t>(buffer.size(), size));
    if (got == 0) throw Error("the package '" + path.string() + "' got shorter");
    tar.write({buffer.data(), got});
    size -= got;
  }
}

}  // namespace

pacman::RepositoryDatabase needed_entries(const pacman::RepositoryDatabase& database,
                                          const std::vector<std::string>& dependencies) {
  pacman::Providers providers;
  std::vector<const pacman::DatabaseEntry*> entries;
  for (const auto& [pkgname, entry] : database.entries()) {
    providers.add(entries.size(), {pkgname, entry.version, entry.provides, false});
    entries.push_back(&entry);
  }
  pacman::RepositoryDatabase needed;
  auto open = dependencies;
  while (!open.empty()) {
    const auto owner = providers.find(pacman::Dependency::parse(open.back()));
    open.pop_back();
    if (!owner || needed.find(entries[*owner]->pkgname) != nullptr) continue;
    const auto& entry = *entries[*owner];
    needed.put(entry);
    for (auto& next : pacman::desc_values(entry.desc, "DEPENDS")) open.push_back(std::move(next));
  }
  return needed;
}

Offer offer_files(std::string section, std::filesystem::path directory,
                  pacman::RepositoryDatabase entries,
                  std::shared_ptr<const SharedRepositoryLock> hold) {
  auto name = section;
  const auto write = [section = std::move(section), directory = std::move(directory),
                      entries = std::move(entries),
                      hold = std::move(hold)](const Sink& sink, const Cancellation& cancel) {
    const std::string top = std::string(kOfferedDirectory) + "/";
    TarWriter tar(sink, 0, 0);
    tar.directory(kOfferedDirectory);
    const auto database = packed(entries);
    tar.file(top + section + ".db", database.size(), false);
    tar.write(database);
    for (const auto& [pkgname, entry] : entries.entries()) {
      tar.file(top + entry.file_name, entry.size, false);
      write_file(tar, directory / entry.file_name, entry.size, cancel);
    }
    tar.finish();
  };
  return {std::move(name), {}, write};
}

}  // namespace pkgkiln
