#include "core/base/sqlite.hpp"

#include <cerrno>
#include <sqlite3.h>
#include <string_view>

#include "core/base/file.hpp"

namespace pkgkiln::sqlite {

namespace {

constexpr int kBusyMilliseconds = 10'000;

[[noreturn]] void fail(sqlite3* handle, int code, const std::string& what_failed) {
  Failure failure(code & 0xff, what_failed);
  failure.because(handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code));
  const int primary = code & 0xff;
  if (primary == SQLITE_FULL) failure.advise(file_advice(ENOSPC));
  if (primary == SQLITE_READONLY) failure.advise(file_advice(EROFS));
  // Of other codes it is the error of something before.
  if (handle != nullptr && (primary == SQLITE_CANTOPEN || primary == SQLITE_IOERR))
    failure.advise(file_advice(sqlite3_system_errno(handle)));
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

bool is_sound(const Connection& connection) {
  bool sound = false;
  {
    Statement check(connection, "PRAGMA quick_check(1)");
    sound = check.step() && check.text(0) == "ok";
  }
  // It has read all of the file, which is not what is asked for next.
  Statement(connection, "PRAGMA shrink_memory").step();
  return sound;
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
  const int flags = SQLITE_OPEN_NOMUTEX |
                    (access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    (access == Access::write ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) fail(handle, code, "cannot open the database '" + file.string() + "'");
  check(handle, sqlite3_busy_timeout(handle, kBusyMilliseconds));
  if (access == Access::query) execute("PRAGMA query_only = ON");
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

std::int64_t version_of(const Connection& connection) {
  Statement version(connection, "PRAGMA user_version");
  return version.step() ? version.number(0) : 0;
}

Condition examine(const Connection& connection, std::size_t versions) {
  try {
    const auto version = version_of(connection);
    if (version > static_cast<std::int64_t>(versions)) return Condition::newer;
    if (version < 0 || !is_sound(connection)) return Condition::damaged;
    if (version > 0) return Condition::usable;
    Statement tables(connection, "SELECT 1 FROM sqlite_master");
    // Another process may have made ours meanwhile.
    return tables.step() && version_of(connection) == 0 ? Condition::damaged : Condition::usable;
  } catch (const Failure& failure) {
    if (failure.is_damage()) return Condition::damaged;
    throw;
  }
}

void upgrade(Connection& connection, std::span<const char* const> versions) {
  Transaction transaction(connection);
  // Another process may have made the tables meanwhile.
  for (auto at = static_cast<std::size_t>(version_of(connection)); at < versions.size(); ++at) {
    connection.execute(versions[at]);
    connection.execute(("PRAGMA user_version = " + std::to_string(at + 1)).c_str());
  }
  transaction.commit();
}

}  // namespace pkgkiln::sqlite
