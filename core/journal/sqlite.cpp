#include "core/journal/sqlite.hpp"

#include <sqlite3.h>

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

void Statement::Finalize::operator()(sqlite3_stmt* handle) const {
  sqlite3_finalize(handle);
}

Statement::Statement(const Connection& connection, const char* text) {
  sqlite3_stmt* handle = nullptr;
  check(connection.handle(), sqlite3_prepare_v2(connection.handle(), text, -1, &handle, nullptr));
  handle_.reset(handle);
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
