#include "core/ledger/ledger.hpp"

#include <algorithm>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/ledger/ledger_database.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::system_clock;
using Access = Ledger::Access;

constexpr const char* kDecisions =
    "SELECT verdict, target, commit_id, by, note, at, rules, how, pkgbase, tree, pkgbase_id, "
    "last_modified, people_known, maintainer, co_maintainers, submitter, allowed FROM decisions ";

constexpr const char* kTakenOver = "INSERT OR IGNORE INTO taken_over VALUES ('names')";

std::int64_t to_seconds(Clock::time_point time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

Clock::time_point to_time(std::int64_t seconds) {
  return Clock::time_point(std::chrono::seconds(seconds));
}

std::string to_lines(const std::vector<std::string>& items) {
  std::string lines;
  for (const auto& item : items) {
    if (item.empty() || has_control_characters(item))
      throw Error("the ledger can't hold an empty name or one with control characters");
    lines += item + "\n";
  }
  return lines;
}

std::vector<std::string> from_lines(const std::string& lines) {
  std::vector<std::string> items;
  std::string_view left = lines;
  while (!left.empty()) items.emplace_back(take_until(left, '\n'));
  return items;
}

using Decision = std::variant<Approval, Denial>;

Decision decision_of(const sqlite::Statement& row) {
  if (const auto verdict = row.text(0); verdict != "approve")
    return Denial{row.text(1),
                  row.text(2),
                  row.text(3),
                  row.text(4),
                  from_lines(row.text(6)),
                  to_time(row.number(5)),
                  verdict == "freeze"};
  Approval approval{row.text(1),
                    row.text(8),
                    row.number(10),
                    row.number(11),
                    row.text(2),
                    row.text(9),
                    {},
                    row.text(7),
                    row.text(3),
                    row.text(4),
                    to_time(row.number(5)),
                    from_lines(row.text(6)),
                    from_lines(row.text(16))};
  if (row.number(12) != 0)
    approval.people = People{row.text(13), from_lines(row.text(14)), row.text(15)};
  return approval;
}

void insert(sqlite::Connection& connection, const Approval& approval, const char* verdict) {
  const auto people = approval.people.value_or(People());
  sqlite::Statement row(connection,
                        "INSERT INTO decisions (verdict, target, commit_id, by, note, at, rules, "
                        "how, pkgbase, tree, pkgbase_id, last_modified, people_known, maintainer, "
                        "co_maintainers, submitter, allowed) "
                        "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  row.bind(verdict).bind(approval.target).bind(approval.commit).bind(printable(approval.by));
  row.bind(printable(approval.note)).bind(to_seconds(approval.at)).bind(to_lines(approval.rules));
  row.bind(approval.how).bind(approval.pkgbase).bind(approval.tree).bind(approval.pkgbase_id);
  row.bind(approval.last_modified).bind(approval.people ? 1 : 0).bind(people.maintainer);
  row.bind(to_lines(people.co_maintainers)).bind(people.submitter).bind(to_lines(approval.allowed));
  row.step();
}

void insert(sqlite::Connection& connection, const Denial& denial) {
  const Approval row{denial.target, {},          0,         0,           denial.commit, {}, {}, {},
                     denial.by,     denial.note, denial.at, denial.rules};
  insert(connection, row, denial.freeze ? "freeze" : "deny");
}

void insert(sqlite::Connection& connection, const Held& held) {
  sqlite::Statement row(connection, "INSERT OR REPLACE INTO held VALUES (?,?,?,?,?,?,?)");
  row.bind(held.target).bind(held.commit).bind(held.version_from).bind(held.version_to);
  row.bind(to_lines(held.rules)).bind(to_seconds(held.since)).bind(held.needed_by).step();
}

void insert(sqlite::Connection& connection, const OwnedName& name) {
  const auto published = name.published.value_or(Pretensions());
  sqlite::Statement row(connection, "INSERT OR REPLACE INTO names VALUES (?,?,?,?,?,?,?,?)");
  row.bind(name.repository).bind(name.pkgname).bind(name.target).bind(name.source);
  row.bind(to_seconds(name.since)).bind(name.published ? 1 : 0);
  row.bind(to_lines(published.replaces)).bind(to_lines(published.provides)).step();
}

void insert(sqlite::Connection& connection, const AcceptedMaintainer& maintainer) {
  sqlite::Statement row(connection, "INSERT OR REPLACE INTO maintainers VALUES (?,?,?,?)");
  row.bind(maintainer.name).bind(printable(maintainer.by)).bind(printable(maintainer.note));
  row.bind(to_seconds(maintainer.at)).step();
}

Held held_of(const sqlite::Statement& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          row.text(3),
          from_lines(row.text(4)),
          to_time(row.number(5)),
          row.text(6)};
}

OwnedName name_of(const sqlite::Statement& row) {
  OwnedName name{row.text(0), row.text(1), row.text(2), row.text(3), to_time(row.number(4))};
  if (row.number(5) != 0)
    name.published = Pretensions{from_lines(row.text(6)), from_lines(row.text(7))};
  return name;
}

std::optional<OwnedName> find_name(const sqlite::Connection& connection,
                                   const std::string& repository, const std::string& pkgname) {
  sqlite::Statement row(connection, "SELECT * FROM names WHERE repository = ? AND pkgname = ?");
  row.bind(repository).bind(pkgname);
  return row.step() ? std::optional(name_of(row)) : std::nullopt;
}

void remove(sqlite::Connection& connection, const char* table, const std::string& target) {
  sqlite::Statement row(connection,
                        ("DELETE FROM " + std::string(table) + " WHERE target = ?").c_str());
  row.bind(target).step();
}

}  // namespace

struct Ledger::Database {
  fs::path file;
  sqlite::Connection connection;
  std::recursive_mutex mutex;
  bool is_changing = false;  // in a transaction of this thread

  /// What `ask` returns, with advice on what SQLite says.
  template <typename Ask>
  auto use(Ask ask) {
    const std::lock_guard lock(mutex);
    if (is_changing) return ask(connection);
    try {
      return ask(connection);
    } catch (sqlite::Failure& failure) {
      if (failure.is_damage()) failure.advise(kLedgerAdvice);
      failure.while_doing("cannot use the ledger '" + file.string() + "'");
      throw;
    }
  }
  /// The same in a transaction.
  template <typename Change>
  void change(Change change) {
    use([&](sqlite::Connection& there) {
      if (is_changing) return change(there);
      sqlite::Transaction transaction(there);
      is_changing = true;
      try {
        change(there);
      } catch (...) {
        is_changing = false;
        throw;
      }
      is_changing = false;
      transaction.commit();
    });
  }
  /// What a query gives for one value, where it wants any.
  template <typename Read>
  auto all(const std::string& query, Read read, const std::string& value = {}) {
    return use([&](sqlite::Connection& there) {
      std::vector<decltype(read(std::declval<const sqlite::Statement&>()))> items;
      sqlite::Statement rows(there, query.c_str());
      if (!value.empty()) rows.bind(value);
      while (rows.step()) items.push_back(read(rows));
      return items;
    });
  }
  std::vector<Decision> decisions(const char* condition, const std::string& target) {
    return all(std::string(kDecisions) + condition, decision_of, target);
  }
};

Ledger::Ledger(const StateDir& state, Access access) {
  const auto file = state.ledger();
  try {
    database_.reset(
        new Database{file, open_ledger_database(file, access == Access::write), {}, false});
  } catch (sqlite::Failure& failure) {
    failure.while_doing("cannot use the ledger '" + file.string() + "'");
    throw;
  }
}

Ledger::~Ledger() = default;

std::optional<Approval> Ledger::approval(const std::string& target) const {
  const auto newest = database_->decisions(
      "WHERE target = ? AND verdict = 'approve' ORDER BY id DESC LIMIT 1", target);
  return newest.empty() ? std::nullopt : std::optional(std::get<Approval>(newest.front()));
}

std::vector<Approval> Ledger::approvals(const std::string& target) const {
  constexpr const char* newest_first = "WHERE target = ? AND verdict = 'approve' ORDER BY id DESC";
  std::vector<Approval> result;
  for (auto& one : database_->decisions(newest_first, target))
    result.push_back(std::get<Approval>(std::move(one)));
  return result;
}

void Ledger::approve(const Approval& approval) {
  database_->change([&](sqlite::Connection& there) {
    insert(there, approval, "approve");
    remove(there, "held", approval.target);
  });
}

void Ledger::deny(const Denial& denial) {
  database_->change([&](sqlite::Connection& there) {
    insert(there, denial);
    remove(there, "held", denial.target);
  });
}

bool Ledger::is_denied(const std::string& target, const std::string& commit) const {
  return database_->use([&](sqlite::Connection& there) {
    sqlite::Statement row(there,
                          "SELECT verdict FROM decisions WHERE target = ? AND commit_id = ? "
                          "ORDER BY id DESC LIMIT 1");
    row.bind(target).bind(commit);
    return row.step() && row.text(0) != "approve";
  });
}

std::optional<Denial> Ledger::frozen(const std::string& target) const {
  const auto last = database_->decisions(
      "WHERE target = ? AND verdict <> 'deny' ORDER BY id DESC LIMIT 1", target);
  if (last.empty()) return std::nullopt;
  const auto* denial = std::get_if<Denial>(&last.front());
  return denial == nullptr ? std::nullopt : std::optional(*denial);
}

bool Ledger::hold(const Held& held) {
  bool is_new = true;
  database_->change([&](sqlite::Connection& there) {
    auto now = held;
    sqlite::Statement row(there, "SELECT * FROM held WHERE target = ?");
    row.bind(held.target);
    if (row.step() && row.text(1) == held.commit) {
      const auto before = held_of(row);
      now.since = before.since;
      is_new = std::any_of(now.rules.begin(), now.rules.end(), [&](const std::string& rule) {
        return std::find(before.rules.begin(), before.rules.end(), rule) == before.rules.end();
      });
    }
    insert(there, now);
  });
  return is_new;
}

void Ledger::release(const std::string& target) {
  database_->change([&](sqlite::Connection& there) { remove(there, "held", target); });
}

std::vector<Held> Ledger::held() const {
  return database_->all("SELECT * FROM held ORDER BY target", held_of);
}

void Ledger::accept(const AcceptedMaintainer& maintainer) {
  database_->change([&](sqlite::Connection& there) { insert(there, maintainer); });
}

std::set<std::string> Ledger::maintainers() const {
  const auto names = database_->all("SELECT name FROM maintainers",
                                    [](const sqlite::Statement& row) { return row.text(0); });
  return {names.begin(), names.end()};
}

std::optional<OwnedName> Ledger::owner_of(const std::string& pkgname,
                                          const std::string& repository) const {
  return database_->use(
      [&](sqlite::Connection& there) { return find_name(there, repository, pkgname); });
}

void Ledger::own(const std::vector<OwnedName>& names) {
  database_->change([&](sqlite::Connection& there) {
    for (auto name : names) {
      const auto before = find_name(there, name.repository, name.pkgname);
      if (before && before->target == name.target) {
        name.since = before->since;
        if (!name.published) name.published = before->published;
      }
      insert(there, name);
    }
  });
}

void Ledger::take_over(const std::vector<OwnedName>& names) {
  if (has_taken_over()) return;
  database_->change([&](sqlite::Connection& there) {
    for (const auto& name : names) insert(there, name);
    there.execute(kTakenOver);
  });
}

bool Ledger::has_taken_over() const {
  return !database_->all("SELECT what FROM taken_over", [](auto&) { return 0; }).empty();
}

std::vector<OwnedName> Ledger::names() const {
  return database_->all("SELECT * FROM names ORDER BY target, repository, pkgname", name_of);
}

std::vector<OwnedName> Ledger::names_of(const std::string& target) const {
  return database_->all("SELECT * FROM names WHERE target = ? ORDER BY repository, pkgname",
                        name_of, target);
}

void Ledger::give_up_names(const std::string& target) {
  database_->change([&](sqlite::Connection& there) { remove(there, "names", target); });
}

void Ledger::together(const std::function<void()>& changes) {
  database_->change([&](sqlite::Connection&) { changes(); });
}

void Ledger::forget(const std::string& target) {
  database_->change([&](sqlite::Connection& there) {
    for (const auto* table : {"decisions", "held", "names"}) remove(there, table, target);
  });
}

LedgerContents Ledger::contents() const {
  LedgerContents contents;
  contents.decisions = database_->all(std::string(kDecisions) + "ORDER BY id", decision_of);
  contents.held = held();
  contents.names = names();
  contents.maintainers =
      database_->all("SELECT * FROM maintainers ORDER BY name", [](const sqlite::Statement& row) {
        return AcceptedMaintainer{row.text(0), row.text(1), row.text(2), to_time(row.number(3))};
      });
  return contents;
}

void Ledger::restore(const StateDir& state, const LedgerContents& contents, bool replace) {
  const auto holds_nothing = [&] {
    return Ledger(state, Access::read).contents() == LedgerContents();
  };
  std::error_code none;
  if (!replace && fs::exists(state.ledger(), none) && !holds_nothing())
    throw Error("the ledger '" + state.ledger().string() + "' is in use")
        .because("it holds decisions or names already")
        .advise("add --replace, which keeps it beside the new one");
  replace_ledger_database(state.ledger(), [&](sqlite::Connection& connection) {
    for (const auto& decision : contents.decisions)
      if (const auto* approval = std::get_if<Approval>(&decision))
        insert(connection, *approval, "approve");
      else
        insert(connection, std::get<Denial>(decision));
    for (const auto& held : contents.held) insert(connection, held);
    for (const auto& name : contents.names) insert(connection, name);
    for (const auto& maintainer : contents.maintainers) insert(connection, maintainer);
    connection.execute(kTakenOver);
  });
}

}  // namespace pkgkiln
