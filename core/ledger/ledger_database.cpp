#include "core/ledger/ledger_database.hpp"

#include <array>
#include <ctime>
#include <string>
#include <string_view>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

/// As for the history: never change one that was released. Times are in seconds since 1970; lists
/// have a line for each item.
constexpr std::array kVersions{
    // 1
    R"(
  CREATE TABLE decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    verdict TEXT NOT NULL CHECK (verdict IN ('approve', 'deny', 'freeze')),
    target TEXT NOT NULL, commit_id TEXT NOT NULL, by TEXT NOT NULL, note TEXT NOT NULL,
    at INTEGER NOT NULL, rules TEXT NOT NULL,
    how TEXT NOT NULL, pkgbase TEXT NOT NULL, tree TEXT NOT NULL,
    pkgbase_id INTEGER NOT NULL, last_modified INTEGER NOT NULL, people_known INTEGER NOT NULL,
    maintainer TEXT NOT NULL, co_maintainers TEXT NOT NULL, submitter TEXT NOT NULL,
    allowed TEXT NOT NULL
  );
  CREATE INDEX decisions_of_target ON decisions (target, id);
  CREATE TABLE held (
    target TEXT PRIMARY KEY, commit_id TEXT NOT NULL,
    version_from TEXT NOT NULL, version_to TEXT NOT NULL, rules TEXT NOT NULL,
    since INTEGER NOT NULL, needed_by TEXT NOT NULL
  );
  CREATE TABLE names (
    repository TEXT NOT NULL, pkgname TEXT NOT NULL, target TEXT NOT NULL, source TEXT NOT NULL,
    since INTEGER NOT NULL, is_published INTEGER NOT NULL, replaces TEXT NOT NULL,
    provides TEXT NOT NULL, PRIMARY KEY (repository, pkgname)
  );
  CREATE INDEX names_of_target ON names (target);
  CREATE TABLE maintainers (
    name TEXT PRIMARY KEY, by TEXT NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL
  );
  CREATE TABLE taken_over (what TEXT PRIMARY KEY);
)",
};

constexpr std::string_view kMark =
    "There is a ledger.db beside this file: it holds what people decided, and which target owns "
    "which name.\nWithout this file, one that is gone would be begun anew.\n";

/// Beside the database, since whoever loses that file seldom loses this one, too.
fs::path mark_of(const fs::path& file) {
  return file.string() + ".made";
}

[[noreturn]] void refuse(const fs::path& file, const char* why, const std::string& advice) {
  throw Error("cannot use the ledger '" + file.string() + "'").because(why).advise(advice);
}

bool is_there(const fs::path& path) {
  std::error_code failure;
  const auto status = fs::symlink_status(path, failure);
  if (failure && failure != std::errc::no_such_file_or_directory)
    throw Error("cannot look at '" + path.string() + "'").because(failure.message());
  return fs::exists(status);
}

void prepare(sqlite::Connection& connection) {
  // One file, so that a copy of it is whole. With EXTRA a commit has reached the disk.
  connection.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA");
  sqlite::upgrade(connection, kVersions);
}

sqlite::Connection empty_database() {
  sqlite::Connection connection(":memory:");
  prepare(connection);
  connection.execute("PRAGMA query_only = ON");
  return connection;
}

}  // namespace

sqlite::Connection open_ledger_database(const fs::path& file, bool to_write) {
  const auto mark = mark_of(file);
  const bool was_made = is_there(mark);
  if (!is_there(file)) {
    if (was_made)
      refuse(
          file, "it is gone, with the decisions that it held",
          std::string(kLedgerAdvice) + "; to begin without them, remove '" + mark.string() + "'");
    if (!to_write) return empty_database();
  }
  using Mode = sqlite::Connection::Access;
  sqlite::Connection connection(file, to_write ? Mode::write : Mode::query);
  const auto condition = sqlite::examine(connection, kVersions.size());
  if (condition == sqlite::Condition::newer)
    refuse(file, "a newer version of pkgkiln wrote it", "use that version");
  const bool is_empty =
      condition == sqlite::Condition::usable && sqlite::version_of(connection) == 0;
  if (condition == sqlite::Condition::damaged || (is_empty && was_made))
    refuse(file, "it is damaged", kLedgerAdvice);
  if (!to_write) return is_empty ? empty_database() : std::move(connection);
  prepare(connection);
  if (!was_made) write_file_atomically(mark, kMark, 0600);
  return connection;
}

void replace_ledger_database(const fs::path& file,
                             const std::function<void(sqlite::Connection&)>& fill) {
  const fs::path fresh = file.string() + ".new";
  for (const auto* suffix : {"-journal", ""}) fs::remove(fresh.string() + suffix);
  {
    sqlite::Connection connection(fresh);
    prepare(connection);
    sqlite::Transaction transaction(connection);
    fill(connection);
    transaction.commit();
  }
  // What a crash left half done is of the old one.
  const fs::path aside = file.string() + ".replaced-" + std::to_string(std::time(nullptr));
  for (const auto* suffix : {"-journal", ""})
    if (is_there(file.string() + suffix))
      fs::rename(file.string() + suffix, aside.string() + suffix);
  fs::rename(fresh, file);
  write_file_atomically(mark_of(file), kMark, 0600);  // syncs the directory, too
}

}  // namespace pkgkiln
