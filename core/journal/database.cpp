#include "core/journal/database.hpp"

#include <array>
#include <ctime>
#include <sqlite3.h>
#include <string_view>
#include <system_error>

namespace pkgkiln::sqlite {

namespace {

constexpr int kBusyMilliseconds = 10'000;

[[noreturn]] void fail(sqlite3* handle, int code, const std::string& what_failed) {
  Failure failure(code & 0xff, what_failed);
  failure.because(handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
  throw failure;
}

std::string file_of(sqlite3* handle) {
  const char* name = sqlite3_db_filename(handle, "main");
  return name != nullptr ? name : "";
}

void check(sqlite3* handle, int code) {
  if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
    fail(handle, code, "cannot use the database '" + file_of(handle) + "'");
}

}  // namespace

bool Failure::is_damage() const {
  return code_ == SQLITE_NOTADB || code_ == SQLITE_CORRUPT;
}

bool Failure::is_no_table() const {
  return code_ == SQLITE_ERROR;
}

void Connection::Close::operator()(sqlite3* handle) const {
  sqlite3_close(handle);
}

Connection::Connection(const std::filesystem::path& file, Access access) {
  sqlite3* handle = nullptr;
  const int flags =
      SQLITE_OPEN_NOMUTEX |
      (access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(handle, code, "cannot open the database '" + file.string() + "'");
  check(handle, sqlite3_busy_timeout(handle, kBusyMilliseconds));
}

void Connection::execute(const char* statements) {
  check(handle_.get(), sqlite3_exec(handle_.get(), statements, nullptr, nullptr, nullptr));
}

std::int64_t Connection::last_row_id() const {
  return sqlite3_last_insert_rowid(handle_.get());
}

void Connection::Finalize::operator()(sqlite3_stmt* handle) const {
  sqlite3_finalize(handle);
}

Statement::Statement(const Connection& connection, const char* text) : connection_(connection) {
  auto& idle = connection.idle_;
  if (const auto known = idle.find(std::string_view(text)); known != idle.end()) {
    handle_ = std::move(idle.extract(known).mapped());
    return;
  }
  sqlite3_stmt* handle = nullptr;
  check(connection.handle(), sqlite3_prepare_v2(connection.handle(), text, -1, &handle, nullptr));
  handle_.reset(handle);
}

Statement::~Statement() {
  const char* text = sqlite3_sql(handle_.get());
  // What it answers is known already.
  static_cast<void>(sqlite3_reset(handle_.get()));
  static_cast<void>(sqlite3_clear_bindings(handle_.get()));
  connection_.idle_.try_emplace(text, std::move(handle_));
}

Statement& Statement::bind(const std::string& text) {
  check(sqlite3_db_handle(handle_.get()),
        sqlite3_bind_text64(handle_.get(), ++bound_, text.data(), text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  check(sqlite3_db_handle(handle_.get()), sqlite3_bind_int64(handle_.get(), ++bound_, number));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_.get());
  check(sqlite3_db_handle(handle_.get()), code);
  return code == SQLITE_ROW;
}

std::string Statement::text(int column) const {
  const auto* bytes = sqlite3_column_text(handle_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return bytes == nullptr ? std::string() : std::string(reinterpret_cast<const char*>(bytes), size);
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

Transaction::Transaction(Connection& connection) : connection_(connection) {
  connection_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  connection_.execute("COMMIT");
  open_ = false;
}

}  // namespace pkgkiln::sqlite

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
