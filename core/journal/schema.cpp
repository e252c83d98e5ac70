#include "core/journal/schema.hpp"

#include <array>
#include <cstdint>
#include <ctime>
#include <string>
#include <system_error>

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

/// What makes each version out of the one before, the first out of an empty file. Never changed
/// once released: files of every version are out there.
///
/// Newest is what was recorded last: ids grow, clocks may be set back. Times are in nanoseconds
/// since 1970.
constexpr std::array kVersions{
    // 1
    R"(
  CREATE TABLE builds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    build TEXT NOT NULL, target TEXT NOT NULL,
    url TEXT NOT NULL, branch TEXT NOT NULL, path TEXT NOT NULL, repository TEXT NOT NULL,
    commit_id TEXT NOT NULL, image TEXT NOT NULL,
    status TEXT NOT NULL, step TEXT NOT NULL, exit_code INTEGER NOT NULL, why TEXT NOT NULL,
    started INTEGER NOT NULL, finished INTEGER NOT NULL, log TEXT NOT NULL,
    UNIQUE (target, build)
  );
  CREATE INDEX builds_of_target ON builds (target, id);
  CREATE TABLE files (
    build_id INTEGER NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
    file_name TEXT NOT NULL, pkgname TEXT NOT NULL, sha256 TEXT NOT NULL
  );
  CREATE INDEX files_of_build ON files (build_id);
  CREATE INDEX files_by_pkgname ON files (pkgname);
  CREATE TABLE vcs_sources (
    build_id INTEGER NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
    source TEXT NOT NULL
  );
  CREATE INDEX vcs_sources_of_build ON vcs_sources (build_id);
)",
    // 2
    R"(
  ALTER TABLE builds ADD COLUMN peak_memory INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE vcs_sources ADD COLUMN commit_id TEXT NOT NULL DEFAULT '';
)",
    // 3
    R"(
  CREATE TABLE caches (
    volume TEXT PRIMARY KEY, bytes INTEGER NOT NULL, used INTEGER NOT NULL
  );
)",
    // 4
    R"(
  ALTER TABLE builds ADD COLUMN tree TEXT NOT NULL DEFAULT '';
  ALTER TABLE builds ADD COLUMN conditions TEXT NOT NULL DEFAULT '';
  CREATE TABLE inspections (
    target TEXT PRIMARY KEY, tree TEXT NOT NULL, moves INTEGER NOT NULL, srcinfo TEXT NOT NULL
  );
)",
    // 5
    R"(
  ALTER TABLE builds ADD COLUMN fault TEXT NOT NULL DEFAULT '';
  UPDATE builds SET fault = 'target' WHERE status = 'failed' AND (exit_code <> 0 OR step = 'accept');
)",
    // 6
    R"(
  ALTER TABLE builds ADD COLUMN hint TEXT NOT NULL DEFAULT '';
  CREATE TABLE steps (
    build_id INTEGER NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
    step TEXT NOT NULL, milliseconds INTEGER NOT NULL
  );
  CREATE INDEX steps_of_build ON steps (build_id);
)",
};
constexpr std::int64_t kSchemaVersion = kVersions.size();

enum class Condition { usable, damaged, newer };

std::int64_t version_of(const sqlite::Connection& connection) {
  sqlite::Statement version(connection, "PRAGMA user_version");
  return version.step() ? version.number(0) : 0;
}

bool is_sound(const sqlite::Connection& connection) {
  sqlite::Statement check(connection, "PRAGMA quick_check(1)");
  return check.step() && check.text(0) == "ok";
}

Condition examine(const sqlite::Connection& connection) {
  try {
    const auto version = version_of(connection);
    if (version > kSchemaVersion) return Condition::newer;
    if (version < 0 || !is_sound(connection)) return Condition::damaged;
    if (version > 0) return Condition::usable;
    sqlite::Statement tables(connection, "SELECT 1 FROM sqlite_master");
    // Another process may have made ours meanwhile.
    return tables.step() && version_of(connection) == 0 ? Condition::damaged : Condition::usable;
  } catch (const sqlite::Failure& failure) {
    if (failure.is_damage()) return Condition::damaged;
    throw;
  }
}

void prepare(sqlite::Connection& connection) {
  connection.execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
      "PRAGMA foreign_keys = ON");
  sqlite::Transaction transaction(connection);
  // Another process may have made the tables meanwhile.
  for (auto version = version_of(connection); version < kSchemaVersion; ++version) {
    connection.execute(kVersions.at(static_cast<std::size_t>(version)));
    connection.execute(("PRAGMA user_version = " + std::to_string(version + 1)).c_str());
  }
  transaction.commit();
}

void put_aside(const fs::path& file, const std::string& why, std::string& notice) {
  const auto aside = file.string() + ".damaged-" + std::to_string(std::time(nullptr));
  try {
    fs::rename(file, aside);
    for (const auto* suffix : {"-wal", "-shm"})
      if (fs::exists(file.string() + suffix)) fs::rename(file.string() + suffix, aside + suffix);
  } catch (const fs::filesystem_error& error) {
    throw Error("cannot put aside the history '" + file.string() + "'")
        .because(why)
        .because(error.code().message())
        .advise("remove it by hand");
  }
  notice = "the history '" + file.string() + "' " + why + "; it was put aside as '" + aside +
           "' and starts anew, so targets are looked at as if never built";
}

[[noreturn]] void throw_newer(const fs::path& file) {
  throw Error("cannot use the history '" + file.string() + "'")
      .because("a newer version of pkgkiln wrote it")
      .advise("use that version, or give this one another [build] state_dir");
}

}  // namespace

sqlite::Connection open_history_database(const fs::path& file, bool may_put_aside,
                                         std::string& notice) {
  {
    sqlite::Connection connection(file);
    const auto condition = examine(connection);
    if (condition == Condition::usable) {
      prepare(connection);
      return connection;
    }
    if (condition == Condition::newer) throw_newer(file);
  }  // closed before it is renamed
  if (!may_put_aside)
    throw Error("cannot read the history '" + file.string() + "'")
        .because("it is damaged")
        .advise("the next run puts it aside and starts a new one");
  put_aside(file, "is damaged", notice);
  sqlite::Connection connection(file);
  prepare(connection);
  return connection;
}

}  // namespace pkgkiln
