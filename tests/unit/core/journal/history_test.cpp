#include "core/journal/history.hpp"

#include <fstream>
#include <thread>

#include "core/journal/database.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/journal/records.hpp"

using namespace pkgkiln;
using test::full_record;
using test::HistorySetup;
using test::made;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

/// What version 1 wrote, with a build of "t".
constexpr const char* kFirstVersion = R"(
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
  PRAGMA user_version = 1;
  INSERT INTO builds (build, target, url, branch, path, repository, commit_id, image, status, step,
                      exit_code, why, started, finished, log)
    VALUES ('b1', 't', 'u', 'main', '', 'mine', 'c', 'i', 'built', '', 0, '', 1, 2, '/log');
  INSERT INTO builds (build, target, url, branch, path, repository, commit_id, image, status, step,
                      exit_code, why, started, finished, log)
    VALUES ('b2', 'f', 'u', 'main', '', 'mine', 'c', 'i', 'failed', 'build', 4, '', 1, 2, '/log');
  INSERT INTO files (build_id, file_name, pkgname, sha256)
    VALUES (1, 'foo-1-1-any.pkg.tar.zst', 'foo', 'x');
  INSERT INTO vcs_sources (build_id, source) VALUES (1, 'git+https://example.com/x');
)";

}  // namespace

TEST_CASE("a record is remembered whole, also by the next run") {
  const HistorySetup setup;
  auto record = full_record("t", "b1");
  record.fault = Fault::unreached;
  {
    History history(setup.state);
    CHECK(history.notice().empty());
    CHECK_FALSE(history.last("t").has_value());
    history.record(record);
    CHECK(history.last("t") == record);
  }
  const History again(setup.state);
  CHECK(again.notice().empty());
  CHECK(again.last_good("t") == record);
  CHECK_FALSE(again.last("u").has_value());
  CHECK(setup.put_aside().empty());
}

TEST_CASE("what earlier versions recorded is kept") {
  const HistorySetup setup;
  sqlite::Connection(setup.state.database()).execute(kFirstVersion);
  for (int i = 0; i < 2; ++i) {
    const History history(setup.state);
    CHECK(history.notice().empty());
    const auto old = history.last_good("t");
    REQUIRE(old);
    CHECK(old->build == "b1");
    CHECK(old->log == "/log");
    CHECK(old->peak_memory == 0);
    CHECK(old->tree.empty());
    CHECK(old->conditions.empty());
    CHECK(old->fault == Fault::elsewhere);
    CHECK(history.last("f")->fault == Fault::target);
    CHECK(old->files == std::vector<RecordedFile>{{"foo-1-1-any.pkg.tar.zst", "x"}});
    const auto states = history.states();
    REQUIRE(states.size() == 2);
    CHECK(states[0].target == "f");
    CHECK(states[0].status == Status::failed);
    CHECK(states[1].version == "1-1");
    CHECK(old->vcs_sources == std::vector<RecordedSource>{{"git+https://example.com/x", ""}});
  }
  History history(setup.state);
  history.record(full_record("t", "b2"));
  CHECK(history.last("t") == full_record("t", "b2"));
  CHECK(history.owner_of("foo", "mine") == "t");
  CHECK(setup.put_aside().empty());
}

TEST_CASE("what makepkg said of a target's PKGBUILD is remembered until it is forgotten") {
  const HistorySetup setup;
  const RecordedInspection said{"tree", true, "pkgbase = foo\n"};
  {
    History history(setup.state);
    CHECK_FALSE(history.inspection("t"));
    history.record_inspection("t", {"older", false, ""});
    history.record_inspection("t", said);
    history.record_inspection("u", {"other", false, "x"});
  }
  History history(setup.state);
  CHECK(history.inspection("t") == said);
  history.forget_inspection("t");
  CHECK_FALSE(history.inspection("t"));
  CHECK(history.inspection("u") == RecordedInspection{"other", false, "x"});
}

TEST_CASE("caches are remembered with their size until they are forgotten") {
  const HistorySetup setup;
  const auto hour = [](int number) {
    return std::chrono::system_clock::time_point(std::chrono::hours(number));
  };
  {
    History history(setup.state);
    history.record_cache("b", 5, hour(2));
    history.record_cache("a", std::nullopt, hour(3));
    history.record_cache("b", 7, hour(4));
    history.record_cache("b", std::nullopt, hour(5));
  }
  History history(setup.state);
  CHECK(history.caches() == std::vector<RecordedCache>{{"a", 0, hour(3)}, {"b", 7, hour(5)}});
  history.forget_cache("a");
  CHECK(history.caches().size() == 1);
}

TEST_CASE("old builds are forgotten, but for those that decisions rest on") {
  const HistorySetup setup;
  History history(setup.state);
  const auto record = [&](const std::string& build, const std::string& status) {
    auto one = full_record("t", build);
    one.status = status_of(status).value();
    history.record(one);
    return one;
  };
  record("1", "built");
  const auto built = record("2", "built");
  record("3", "failed");
  const auto good = record("4", "up-to-date");
  record("5", "failed");
  const auto last = record("6", "failed");
  history.forget_builds(built.finished);
  CHECK(history.failures(last) == 2);
  auto otherwise = last;
  otherwise.conditions = "memory=2\n";
  CHECK(history.failures(otherwise) == 0);
  history.forget_builds(built.finished + std::chrono::seconds(1));
  CHECK(history.last_built("t") == built);
  CHECK(history.last_good("t") == good);
  CHECK(history.last("t") == last);
  CHECK(history.failures(last) == 1);
  CHECK(history.owner_of("foo", "mine") == "t");
}

TEST_CASE("a statement that is used again has nothing left of its last use") {
  const TempDir dir;
  const sqlite::Connection connection(dir.path() / "x.db");
  const auto* text = "SELECT ?";
  {
    sqlite::Statement first(connection, text);
    sqlite::Statement at_once(connection, text);
    CHECK(first.bind("a").step());
    CHECK(at_once.bind("b").step());
    CHECK(first.text(0) == "a");
    CHECK(at_once.text(0) == "b");
  }
  sqlite::Statement again(connection, text);
  CHECK(again.step());
  CHECK(again.text(0).empty());
  CHECK(sqlite::Statement(connection, text).bind("c").step());
}

TEST_CASE("the newest is what was recorded last, whatever the clock said") {
  const HistorySetup setup;
  History history(setup.state);
  history.record(made("t", "b1", "built"));
  auto earlier = made("t", "b2", "up-to-date");
  earlier.started -= std::chrono::hours(1000);
  earlier.finished -= std::chrono::hours(1000);
  history.record(earlier);
  history.record(made("t", "b3", "failed"));
  CHECK(history.last("t")->build == "b3");
  CHECK(history.last_good("t")->build == "b2");
  CHECK(history.last_built("t")->build == "b1");
  CHECK_FALSE(history.last_built("u"));
}

TEST_CASE("a build recorded again replaces what was recorded of it") {
  const HistorySetup setup;
  History history(setup.state);
  history.record(made("t", "b1", "unpublished", {"foo-1-1-any.pkg.tar.zst"}));
  history.record(made("u", "b1", "built"));
  history.record(full_record("t", "b1"));
  CHECK(history.last("t") == full_record("t", "b1"));
  CHECK(history.last("u")->status == Status::built);
}

TEST_CASE("a build recorded again keeps its place, so what came after it stays newer") {
  const HistorySetup setup;
  History history(setup.state);
  const auto waiting = made("t", "b1", "unpublished", {"foo-1-1-any.pkg.tar.zst"});
  CHECK_FALSE(history.is_superseded(waiting));
  history.record(waiting);
  history.record(made("t", "b2", "failed"));
  history.record(made("u", "b3", "built"));
  history.record(waiting);
  CHECK(history.last("t")->build == "b2");
  CHECK_FALSE(history.is_superseded(waiting));
  history.record(made("t", "b4", "up-to-date"));
  CHECK(history.is_superseded(waiting));
}

TEST_CASE("a damaged database is put aside and started anew") {
  const HistorySetup setup;
  const auto file = setup.state.database();
  {
    History history(setup.state);
    for (int i = 0; i < 200; ++i) history.record(full_record("t" + std::to_string(i), "b"));
  }
  SECTION("it is no database") {
    std::ofstream(file, std::ios::binary) << std::string(9000, 'x');
  }
  SECTION("its tables are not ours") {
    fs::remove(file);
    sqlite::Connection(file).execute("CREATE TABLE x (y)");
  }
  SECTION("pages in the middle are overwritten") {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(4096);
    stream << std::string(3 * 4096, 'x');
  }
  SECTION("it is cut off") {
    fs::resize_file(file, 3 * 4096 + 100);
  }
  // A run may write to it meanwhile.
  CHECK_THROWS_WITH(History(setup.state), ContainsSubstring("it is damaged"));
  CHECK(setup.put_aside().empty());
  History history(setup.state, History::IfDamaged::put_aside);
  CHECK_THAT(history.notice(), ContainsSubstring("put aside as '" + file.string() + ".damaged-"));
  CHECK_FALSE(setup.put_aside().empty());
  CHECK_FALSE(history.last("t1").has_value());
  history.record(full_record("t", "b"));
  CHECK(history.last("t").has_value());
  CHECK(History(setup.state).notice().empty());
}

TEST_CASE("a database that a newer version wrote is left to it") {
  const HistorySetup setup;
  History(setup.state).record(full_record("t", "b"));
  const auto version = [&] {
    const sqlite::Connection connection(setup.state.database());
    sqlite::Statement asked(connection, "PRAGMA user_version");
    REQUIRE(asked.step());
    return std::to_string(asked.number(0));
  }();
  sqlite::Connection(setup.state.database()).execute("PRAGMA user_version = 1000");
  for (const auto may : {History::IfDamaged::refuse, History::IfDamaged::put_aside})
    CHECK_THROWS_WITH(History(setup.state, may), ContainsSubstring("a newer version"));
  CHECK(setup.put_aside().empty());
  sqlite::Connection(setup.state.database()).execute(("PRAGMA user_version = " + version).c_str());
  CHECK(History(setup.state).last("t") == full_record("t", "b"));
}

TEST_CASE("a database that can't be opened is an error and stays where it is") {
  const HistorySetup setup;
  fs::create_directories(setup.state.database());
  CHECK_THROWS_WITH(History(setup.state), ContainsSubstring("state.db"));
  CHECK(fs::is_directory(setup.state.database()));
}

TEST_CASE("threads and a second program may use the history at once", "[concurrent]") {
  const HistorySetup setup;
  History history(setup.state);
  History second(setup.state);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      auto& mine = t % 2 == 0 ? history : second;
      for (int i = 0; i < 25; ++i) {
        const auto target = "t" + std::to_string(t);
        mine.record(made(target, "b" + std::to_string(i), "built", {"foo-1-1-any.pkg.tar.zst"}));
        static_cast<void>(mine.last_good(target));
        static_cast<void>(mine.owner_of("foo", "mine"));
      }
    });
  for (auto& thread : threads) thread.join();
  for (int t = 0; t < 4; ++t) CHECK(history.last("t" + std::to_string(t))->build == "b24");
}

TEST_CASE("that a target is blocked is remembered once, and hides nothing that was tried") {
  const HistorySetup setup;
  History history(setup.state);
  const auto failed = made("t", "1", "failed");
  history.record(failed);
  for (const auto* build : {"2", "3"}) history.record(made("t", build, "blocked"));
  CHECK(history.last("t") == failed);
  CHECK(history.failures(failed) == 1);
  const sqlite::Connection connection(setup.state.database());
  sqlite::Statement rows(connection, "SELECT build FROM builds WHERE status = 'blocked'");
  REQUIRE(rows.step());
  CHECK(rows.text(0) == "3");
  CHECK_FALSE(rows.step());
  history.forget_builds(std::chrono::system_clock::now());
  CHECK(history.last("t") == failed);
}
