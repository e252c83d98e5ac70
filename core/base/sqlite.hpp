#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
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
  /// `read` touches nothing. `query` ends what a crash left half done, and writes nothing else.
  enum class Access { write, query, read };

  /// Only `write` creates the file. Waits up to 10 s for other processes,
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

/// What a file is for a program with that many versions of its schema.
enum class Condition { usable, damaged, newer };

/// PRAGMA user_version: how many versions of the schema the file has.
std::int64_t version_of(const Connection& connection);
/// A file is usable if it is sound, and either empty or of a version of ours.
Condition examine(const Connection& connection, std::size_t versions);
/// Brings the file to the newest version. Each entry upgrades the schema by one, the first from an
/// empty file. Another process may do the same.
void upgrade(Connection& connection, std::span<const char* const> versions);

}  // namespace pkgkiln::sqlite
