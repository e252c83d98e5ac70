#include "core/journal/database.hpp"

#include <array>
#include <ctime>
#include <system_error>

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

/// Each entry upgrades the schema by one version, the first from an empty file. Never change one
/// that was released: files of every version exist.
///
/// The newest build is the one with the largest id, since clocks may be set back. Times are in
/// nanoseconds since 1970.
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
    // 7
    R"(
  ALTER TABLE builds ADD COLUMN built_from TEXT NOT NULL DEFAULT '';
)",
    // 8
    R"(
  CREATE TABLE tips (
    url TEXT PRIMARY KEY, mark TEXT NOT NULL, ref TEXT NOT NULL, commit_id TEXT NOT NULL,
    asked INTEGER NOT NULL
  );
)",
    // 9
    R"(
  ALTER TABLE builds ADD COLUMN host TEXT NOT NULL DEFAULT '';
  ALTER TABLE builds ADD COLUMN version TEXT NOT NULL DEFAULT '';
  ALTER TABLE builds ADD COLUMN previous_version TEXT NOT NULL DEFAULT '';
  ALTER TABLE files ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE states (
    target TEXT PRIMARY KEY, repository TEXT NOT NULL, status TEXT NOT NULL, standing TEXT NOT NULL,
    step TEXT NOT NULL, why TEXT NOT NULL, hint TEXT NOT NULL, needs TEXT NOT NULL,
    attempted INTEGER NOT NULL, since INTEGER NOT NULL
  );
  INSERT INTO states
    SELECT target, repository, status,
           CASE WHEN status IN ('built', 'up-to-date') THEN 'built'
                WHEN status IN ('failed', 'timed-out') THEN 'failed' ELSE status END,
           step, why, hint, '', finished, finished
    FROM builds WHERE id IN (SELECT MAX(id) FROM builds
                             WHERE status NOT IN ('blocked', 'interrupted') GROUP BY target);
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL UNIQUE, host TEXT NOT NULL,
    started INTEGER NOT NULL, finished INTEGER NOT NULL, exit_code INTEGER NOT NULL,
    targets INTEGER NOT NULL, built INTEGER NOT NULL, failed INTEGER NOT NULL,
    waiting INTEGER NOT NULL, problem TEXT NOT NULL
  );
)",
    // 10
    R"(
  ALTER TABLE states ADD COLUMN schedule TEXT NOT NULL DEFAULT '';
)",
    // 11
    R"(
  CREATE TABLE kept (
    container TEXT PRIMARY KEY, target TEXT NOT NULL, build TEXT NOT NULL,
    environment TEXT NOT NULL, since INTEGER NOT NULL
  );
)",
    // 12
    R"(
  ALTER TABLE states ADD COLUMN failed_status TEXT NOT NULL DEFAULT '';
  ALTER TABLE states ADD COLUMN failed_step TEXT NOT NULL DEFAULT '';
  UPDATE states SET failed_status = status, failed_step = step
    WHERE status IN ('failed', 'timed-out', 'unpublished');
)",
};

void prepare(sqlite::Connection& connection) {
  connection.execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
      "PRAGMA foreign_keys = ON");
  sqlite::upgrade(connection, kVersions);
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
    const auto condition = sqlite::examine(connection, kVersions.size());
    if (condition == sqlite::Condition::usable) {
      prepare(connection);
      return connection;
    }
    if (condition == sqlite::Condition::newer) throw_newer(file);
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
