#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>

#include "core/base/sqlite.hpp"
#include "core/journal/history.hpp"

namespace pkgkiln {

/// A part of the history: how its rows become values. Times are in nanoseconds since 1970.

struct History::Database {
  sqlite::Connection connection;
  std::mutex mutex;
};

/// A statement that keeps the database locked.
struct History::Query : private std::unique_lock<std::mutex>, sqlite::Statement {
  Query(Database& database, const char* text)
      : unique_lock(database.mutex), Statement(database.connection, text) {}
};

inline constexpr std::array kFaultWords{"target", "elsewhere", "unreached"};

/// The columns of `builds`, qualified by that name, in the order in which build_of() reads them.
inline constexpr const char* kBuildColumns =
    "builds.id, builds.build, builds.target, builds.url, builds.branch, builds.path, "
    "builds.repository, builds.commit_id, builds.image, builds.status, builds.step, "
    "builds.exit_code, builds.why, builds.started, builds.finished, builds.peak_memory, "
    "builds.log, builds.tree, builds.conditions, builds.fault, builds.hint, builds.built_from, "
    "builds.host, builds.version, builds.previous_version ";

std::int64_t to_number(std::chrono::system_clock::time_point time);
std::chrono::system_clock::time_point to_time(std::int64_t number);

/// Without its lists. The first column is that of `id`.
BuildRecord build_of(const sqlite::Statement& row, int column = 0);
/// Files, sources and steps of the build with that id.
void read_lists(const sqlite::Connection& connection, std::int64_t id, BuildRecord& build);

}  // namespace pkgkiln
