#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/error.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace pkgkiln::sqlite {

/// What SQLite answered.
class Failure : public Error {
 public:
  Failure(int code, std::string what_failed) : Error(std::move(what_failed)), code_(code) {}
  /// The file is no database, or a damaged one.
  bool is_damage() const;
  /// A statement names a table that isn't there: the file is new, or of another version.
  bool is_no_table() const;

 private:
  int code_;  // the primary result code
};

/// A connection. Throws Failure. Not thread-safe.
class Connection {
 public:
  enum class Access { write, read };

  /// Opens the file, and creates it unless it is only read. Waits up to 10 s for other processes,
  /// here and in every statement.
  explicit Connection(const std::filesystem::path& file, Access access = Access::write);

  /// Statements without parameters or results.
  void execute(const char* statements);
  std::int64_t last_row_id() const;
  sqlite3* handle() const { return handle_.get(); }

 private:
  friend class Statement;
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

  std::unique_ptr<sqlite3, Close> handle_;
  /// Statements that are in no use, by their text: preparing one takes longer than most of them.
  mutable std::map<std::string, Prepared, std::less<>> idle_;
};

/// One statement, bound in the order of its parameters. The connection must outlive it.
class Statement {
 public:
  Statement(const Connection& connection, const char* text);
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& bind(const std::string& text);
  Statement& bind(std::int64_t number);
  /// Whether there is a (next) row.
  bool step();
  std::string text(int column) const;
  std::int64_t number(int column) const;

 private:
  const Connection& connection_;
  Connection::Prepared handle_;
  int bound_ = 0;
};

/// Rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace pkgkiln::sqlite

namespace pkgkiln {

/// Opens the history's database, and upgrades an older schema. A damaged database is put aside
/// first if that is allowed, and `notice` says so. Throws Error if it is not allowed, if the schema
/// is newer than this program's, or if the file can't be read or written.
sqlite::Connection open_history_database(const std::filesystem::path& file, bool may_put_aside,
                                         std::string& notice);

}  // namespace pkgkiln
