#include "core/journal/history.hpp"

#include <algorithm>
#include <array>
#include <mutex>

#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/journal/database.hpp"
#include "core/journal/history_rows.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln {

namespace {

std::optional<BuildRecord> newest(const sqlite::Connection& connection, const std::string& target,
                                  const char* condition) {
  sqlite::Statement builds(
      connection, (std::string("SELECT ") + kBuildColumns + "FROM builds WHERE target = ? " +
                   condition + " ORDER BY id DESC LIMIT 1")
                      .c_str());
  builds.bind(target);
  if (!builds.step()) return std::nullopt;
  auto build = build_of(builds);
  read_lists(connection, builds.number(0), build);
  return build;
}

std::optional<std::int64_t> id_of(const sqlite::Connection& connection, const BuildRecord& build) {
  sqlite::Statement row(connection, "SELECT id FROM builds WHERE target = ? AND build = ?");
  row.bind(build.target).bind(build.build);
  return row.step() ? std::optional(row.number(0)) : std::nullopt;
}

std::int64_t insert_build(const sqlite::Connection& connection, const BuildRecord& build) {
  const auto old_id = id_of(connection, build);
  sqlite::Statement old(connection, "DELETE FROM builds WHERE target = ? AND build = ?");
  old.bind(build.target).bind(build.build).step();
  sqlite::Statement insert(
      connection,
      "INSERT INTO builds (id, build, target, url, branch, path, repository, commit_id, image, "
      "status, step, exit_code, why, started, finished, peak_memory, log, tree, conditions, "
      "fault, hint, built_from, host, version, previous_version) "
      "VALUES (NULLIF(?, 0),?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  insert.bind(old_id.value_or(0));  // ids begin with 1
  for (const auto* field : {&build.build, &build.target, &build.url, &build.branch, &build.path,
                            &build.repository, &build.commit, &build.image})
    insert.bind(*field);
  insert.bind(word(build.status)).bind(build.step);
  insert.bind(build.exit_code).bind(build.why);
  insert.bind(to_number(build.started)).bind(to_number(build.finished));
  insert.bind(static_cast<std::int64_t>(build.peak_memory)).bind(build.log.string());
  insert.bind(build.tree).bind(build.conditions);
  insert.bind(kFaultWords.at(static_cast<std::size_t>(build.fault))).bind(build.hint);
  for (const auto* field :
       {&build.built_from, &build.host, &build.version, &build.previous_version})
    insert.bind(*field);
  insert.step();
  return connection.last_row_id();
}

/// A target that is blocked in every run has one record.
void forget_last_blocked(const sqlite::Connection& connection, const std::string& target) {
  sqlite::Statement remove(connection, R"(
    DELETE FROM builds WHERE status = 'blocked'
      AND id = (SELECT MAX(id) FROM builds WHERE target = ?))");
  remove.bind(target).step();
}

void insert_lists(const sqlite::Connection& connection, std::int64_t id, const BuildRecord& build) {
  for (const auto& file : build.files) {
    const auto name = pacman::PackageFileName::parse(file.file_name);
    sqlite::Statement insert(
        connection,
        "INSERT INTO files (build_id, file_name, pkgname, sha256, bytes) VALUES (?,?,?,?,?)");
    insert.bind(id).bind(file.file_name).bind(name ? name->pkgname : "").bind(file.sha256);
    insert.bind(static_cast<std::int64_t>(file.size)).step();
  }
  for (const auto& source : build.vcs_sources) {
    sqlite::Statement insert(
        connection, "INSERT INTO vcs_sources (build_id, source, commit_id) VALUES (?,?,?)");
    insert.bind(id).bind(source.source).bind(source.commit).step();
  }
  for (const auto& step : build.steps) {
    sqlite::Statement insert(connection,
                             "INSERT INTO steps (build_id, step, milliseconds) VALUES (?,?,?)");
    insert.bind(id).bind(step.step).bind(step.took.count()).step();
  }
}

RememberedNames read_names(const std::filesystem::path& file) {
  const sqlite::Connection connection(file, sqlite::Connection::Access::read);
  // A name belongs to what was built last under it.
  sqlite::Statement rows(connection,
                         "SELECT url, branch, path, repository, target FROM builds WHERE id IN "
                         "(SELECT MAX(id) FROM builds GROUP BY target) ORDER BY id");
  RememberedNames names;
  while (rows.step())
    names[{rows.text(0), rows.text(1), rows.text(2), rows.text(3)}] = rows.text(4);
  return names;
}

}  // namespace

History::History(const StateDir& state, IfDamaged if_damaged)
    : database_(new Database{
          open_history_database(state.database(), if_damaged == IfDamaged::put_aside, notice_),
          {}}) {}

History::~History() = default;

void History::record(const BuildRecord& build) {
  const std::lock_guard lock(database_->mutex);
  sqlite::Transaction transaction(database_->connection);
  if (build.status == Status::blocked) forget_last_blocked(database_->connection, build.target);
  insert_lists(database_->connection, insert_build(database_->connection, build), build);
  transaction.commit();
}

std::optional<BuildRecord> History::last_good(const std::string& target) const {
  const std::lock_guard lock(database_->mutex);
  return newest(database_->connection, target, "AND status IN ('built', 'up-to-date')");
}

std::optional<BuildRecord> History::last_built(const std::string& target) const {
  const std::lock_guard lock(database_->mutex);
  return newest(database_->connection, target, "AND status = 'built'");
}

std::optional<BuildRecord> History::last(const std::string& target) const {
  const std::lock_guard lock(database_->mutex);
  return newest(database_->connection, target, "AND status <> 'blocked'");
}

std::int64_t History::failures(const BuildRecord& like) const {
  Query count(*database_, R"(
    SELECT COUNT(*) FROM builds WHERE target = ? AND image = ? AND conditions = ?
      AND (commit_id = ? OR (tree <> '' AND tree = ?))
      AND status IN ('failed', 'timed-out')
      AND id > COALESCE((SELECT MAX(id) FROM builds
                         WHERE target = ? AND status IN ('built', 'up-to-date')), 0))");
  count.bind(like.target).bind(like.image).bind(like.conditions);
  count.bind(like.commit).bind(like.tree).bind(like.target);
  return count.step() ? count.number(0) : 0;
}

std::optional<std::string> History::owner_of(const std::string& pkgname,
                                             const std::string& repository) const {
  Query owners(*database_, R"(
    SELECT b.target FROM files f JOIN builds b ON b.id = f.build_id
    WHERE f.pkgname = ? AND b.repository = ? AND b.status IN ('built', 'up-to-date')
      AND b.id = (SELECT MAX(l.id) FROM builds l WHERE l.target = b.target
                  AND l.repository = b.repository AND l.status IN ('built', 'up-to-date'))
    ORDER BY EXISTS (SELECT 1 FROM builds o JOIN files g ON g.build_id = o.id
                     WHERE o.target = b.target AND o.repository = b.repository
                       AND o.status = 'built' AND g.pkgname = f.pkgname) DESC,
             b.id DESC LIMIT 1)");
  owners.bind(pkgname).bind(repository);
  if (!owners.step()) return std::nullopt;
  return owners.text(0);
}

bool History::is_superseded(const BuildRecord& build) const {
  const std::lock_guard lock(database_->mutex);
  // A build without a record was ready when its run was killed, so nothing came after it.
  const auto id = id_of(database_->connection, build);
  if (!id) return false;
  sqlite::Statement newer(database_->connection, R"(
    SELECT 1 FROM builds WHERE target = ? AND id > ? AND status IN ('built', 'up-to-date'))");
  newer.bind(build.target).bind(*id);
  return newer.step();
}

std::vector<std::string> History::made(const std::string& file_name,
                                       const std::string& repository) const {
  const auto name = pacman::PackageFileName::parse(file_name);
  Query rows(*database_, R"(
    SELECT DISTINCT f.sha256 FROM files f JOIN builds b ON b.id = f.build_id
    WHERE f.pkgname = ? AND f.file_name = ? AND f.sha256 <> '' AND b.repository = ?)");
  rows.bind(name ? name->pkgname : "").bind(file_name).bind(repository);
  std::vector<std::string> digests;
  while (rows.step()) digests.push_back(rows.text(0));
  return digests;
}

std::vector<FormerPackage> History::former_packages(const std::string& repository) const {
  std::vector<FormerPackage> found;
  std::vector<std::string> pkgnames;
  {
    // Of each package the newest build that made it, where its target has built others since.
    Query rows(*database_, R"(
      SELECT target, file_name, sha256, pkgname FROM (
        SELECT b.target, f.file_name, f.sha256, f.pkgname, MAX(b.id) AS id
        FROM files f JOIN builds b ON b.id = f.build_id
        WHERE b.repository = ?1 AND b.status = 'built' AND f.sha256 <> '' GROUP BY f.pkgname) made
      WHERE id < (SELECT MAX(b.id) FROM builds b WHERE b.target = made.target
                  AND b.repository = ?1 AND b.status = 'built') ORDER BY pkgname)");
    rows.bind(repository);
    while (rows.step()) {
      found.push_back({rows.text(0), {rows.text(1), rows.text(2)}});
      pkgnames.push_back(rows.text(3));
    }
  }
  std::vector<FormerPackage> ownerless;
  for (std::size_t i = 0; i < found.size(); ++i)
    if (!owner_of(pkgnames[i], repository)) ownerless.push_back(std::move(found[i]));
  return ownerless;
}

std::vector<History::Maker> History::makers() const {
  Query rows(*database_, R"(
    SELECT repository, pkgname, target, url, branch, path FROM (
      SELECT f.pkgname, b.repository, b.target, b.url, b.branch, b.path, ROW_NUMBER() OVER (
        PARTITION BY b.repository, f.pkgname
        ORDER BY b.id = (SELECT MAX(l.id) FROM builds l WHERE l.target = b.target
                         AND l.repository = b.repository AND l.status = 'built') DESC,
                 b.id DESC) AS place
      FROM files f JOIN builds b ON b.id = f.build_id
      WHERE b.status = 'built' AND f.pkgname <> '') WHERE place = 1)");
  std::vector<Maker> makers;
  while (rows.step())
    makers.push_back(
        {rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5)});
  return makers;
}

void History::forget_builds(std::chrono::system_clock::time_point before) {
  Query remove(*database_, R"(
    DELETE FROM builds WHERE finished < ? AND id NOT IN (
      SELECT MAX(id) FROM builds WHERE status <> 'blocked' GROUP BY target
      UNION SELECT MAX(id) FROM builds WHERE status = 'built' GROUP BY target, repository
      UNION SELECT MAX(b.id) FROM builds b JOIN files f ON f.build_id = b.id
        WHERE b.status = 'built' GROUP BY b.repository, f.pkgname
      UNION SELECT MAX(id) FROM builds WHERE status IN ('built', 'up-to-date')
        GROUP BY target, repository))");
  remove.bind(to_number(before)).step();
}

void History::record_inspection(const std::string& target, const RecordedInspection& inspection) {
  Query insert(
      *database_,
      "INSERT OR REPLACE INTO inspections (target, tree, moves, srcinfo) VALUES (?,?,?,?)");
  insert.bind(target).bind(inspection.tree).bind(inspection.moves ? 1 : 0);
  insert.bind(inspection.srcinfo).step();
}

std::optional<RecordedInspection> History::inspection(const std::string& target) const {
  Query row(*database_, "SELECT tree, moves, srcinfo FROM inspections WHERE target = ?");
  row.bind(target);
  if (!row.step()) return std::nullopt;
  return RecordedInspection{row.text(0), row.number(1) != 0, row.text(2)};
}

void History::forget_inspection(const std::string& target) {
  Query remove(*database_, "DELETE FROM inspections WHERE target = ?");
  remove.bind(target).step();
}

void History::record_tip(const std::string& url, const RecordedTip& tip) {
  Query insert(*database_, R"(
    INSERT OR REPLACE INTO tips (url, mark, ref, commit_id, asked) VALUES (?,?,?,?,?))");
  insert.bind(url).bind(tip.mark).bind(tip.ref).bind(tip.commit).bind(to_number(tip.asked));
  insert.step();
}

std::optional<RecordedTip> History::tip(const std::string& url) const {
  Query row(*database_, "SELECT mark, ref, commit_id, asked FROM tips WHERE url = ?");
  row.bind(url);
  if (!row.step()) return std::nullopt;
  return RecordedTip{row.text(0), row.text(1), row.text(2), to_time(row.number(3))};
}

void History::record_cache(const std::string& volume, std::optional<std::uint64_t> bytes,
                           std::chrono::system_clock::time_point used) {
  Query record(*database_, bytes ? R"(
    INSERT INTO caches (volume, used, bytes) VALUES (?, ?, ?)
      ON CONFLICT (volume) DO UPDATE SET used = excluded.used, bytes = excluded.bytes)"
                                 : R"(
    INSERT INTO caches (volume, used, bytes) VALUES (?, ?, ?)
      ON CONFLICT (volume) DO UPDATE SET used = excluded.used)");
  record.bind(volume).bind(to_number(used)).bind(static_cast<std::int64_t>(bytes.value_or(0)));
  record.step();
}

std::vector<RecordedCache> History::caches() const {
  Query rows(*database_, "SELECT volume, bytes, used FROM caches ORDER BY used, volume");
  std::vector<RecordedCache> result;
  while (rows.step())
    result.push_back(
        {rows.text(0), static_cast<std::uint64_t>(rows.number(1)), to_time(rows.number(2))});
  return result;
}

void History::forget_cache(const std::string& volume) {
  Query remove(*database_, "DELETE FROM caches WHERE volume = ?");
  remove.bind(volume).step();
}

void History::record_kept(const KeptContainer& kept) {
  std::string environment;
  for (const auto& [name, value] : kept.environment)
    if (value.find('\n') == std::string::npos) environment += name + "=" + value + "\n";
  Query insert(*database_, "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?)");
  insert.bind(kept.container).bind(kept.target).bind(kept.build).bind(environment);
  insert.bind(to_number(kept.since)).step();
}

std::vector<KeptContainer> History::kept() const {
  Query rows(*database_,
             "SELECT container, target, build, environment, since FROM kept ORDER BY rowid DESC");
  std::vector<KeptContainer> result;
  while (rows.step()) {
    KeptContainer kept{rows.text(0), rows.text(1), rows.text(2), {}, to_time(rows.number(4))};
    const auto environment = rows.text(3);
    for (std::string_view rest = environment; !rest.empty();) {
      auto line = take_until(rest, '\n');
      const std::string name(take_until(line, '='));
      kept.environment[name] = line;
    }
    result.push_back(std::move(kept));
  }
  return result;
}

void History::forget_kept(const std::string& container) {
  Query remove(*database_, "DELETE FROM kept WHERE container = ?");
  remove.bind(container).step();
}

RememberedNames remembered_names(const std::filesystem::path& state_dir) {
  const auto file = state_dir / "state.db";
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return {};
  try {
    return read_names(file);
  } catch (sqlite::Failure& failure) {
    if (failure.is_damage() || failure.is_no_table()) return {};
    failure.while_doing("cannot tell what the targets were called until now");
    failure.advise("check who owns the state directory '" + state_dir.string() + "'");
    throw;
  }
}

}  // namespace pkgkiln
