#include "core/ledger/ledger.hpp"

#include <filesystem>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/file.hpp"
#include "core/base/sqlite.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;

namespace {

std::chrono::system_clock::time_point at(int seconds) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000 + seconds));
}

struct Setup {
  TempDir directory;
  StateDir state{directory.path() / "state"};

  Ledger write() const { return Ledger(state, Ledger::Access::write); }
  Ledger read() const { return Ledger(state, Ledger::Access::read); }
};

Approval approval(const std::string& commit, int time = 0) {
  Approval approval;
  approval.target = "paru";
  approval.pkgbase = "paru";
  approval.pkgbase_id = 7;
  approval.last_modified = 1'700'000'001;
  approval.commit = commit;
  approval.tree = "tree of " + commit;
  approval.people = People{"ada", {"bob", "eve"}, "dan"};
  approval.how = "person";
  approval.by = "you";
  approval.note = "looked at it";
  approval.at = at(time);
  approval.rules = {"source-path", "variable"};
  approval.allowed = {"source-path"};
  return approval;
}

Denial denial(const std::string& commit, bool freeze = false) {
  return {"paru", commit, "you", "no", {"maintainer"}, at(9), freeze};
}

Held held(const std::string& commit, const Names& rules, int since = 0) {
  return {"paru", commit, "1-1", "2-1", rules, at(since), "lumen"};
}

OwnedName name(const std::string& pkgname, const std::string& target,
               const std::string& repository = "r") {
  return {repository, pkgname, target, "https://e.org/" + target, at(3)};
}

/// With something of everything.
LedgerContents sample() {
  auto orphan = approval("c2");
  orphan.people = People{};
  auto unknown = approval("c3");
  unknown.people.reset();
  unknown.rules.clear();
  auto published = name("a", "yay", "s");
  published.published = Pretensions{{"b"}, {"c", "d"}};
  return {{approval("c1"), denial("c9"), denial("c8", true), orphan, unknown},
          {held("c4", {"first"})},
          {name("a", "paru"), published},
          {{"ada", "you", "known", at(1)}}};
}

void fill(Ledger& ledger, const LedgerContents& contents) {
  for (const auto& decision : contents.decisions)
    if (const auto* approval = std::get_if<Approval>(&decision))
      ledger.approve(*approval);
    else
      ledger.deny(std::get<Denial>(decision));
  for (const auto& one : contents.held) ledger.hold(one);
  ledger.own(contents.names);
  for (const auto& one : contents.maintainers) ledger.accept(one);
}

}  // namespace

TEST_CASE("a ledger holds what was written to it") {
  const Setup setup;
  {
    auto ledger = setup.write();
    fill(ledger, sample());
  }
  const auto ledger = setup.read();
  CHECK(ledger.contents() == sample());
  CHECK(ledger.maintainers() == std::set<std::string>{"ada"});
  CHECK(ledger.held() == sample().held);
}

TEST_CASE("the last approval counts, whatever the clock says, and older ones are kept") {
  const Setup setup;
  auto ledger = setup.write();
  CHECK_FALSE(ledger.approval("paru"));
  ledger.approve(approval("c1", 10));
  ledger.approve(approval("c2", 5));
  CHECK(ledger.approval("paru") == approval("c2", 5));
  CHECK(ledger.approvals("paru") == std::vector{approval("c2", 5), approval("c1", 10)});
  CHECK_FALSE(ledger.approval("yay"));
}

TEST_CASE("a denied commit stays denied until it is approved") {
  const Setup setup;
  auto ledger = setup.write();
  ledger.deny(denial("c1"));
  CHECK(ledger.is_denied("paru", "c1"));
  CHECK_FALSE(ledger.is_denied("paru", "c2"));
  CHECK_FALSE(ledger.is_denied("yay", "c1"));
  CHECK_FALSE(ledger.frozen("paru"));
  ledger.approve(approval("c2"));
  CHECK(ledger.is_denied("paru", "c1"));
  ledger.approve(approval("c1"));
  CHECK_FALSE(ledger.is_denied("paru", "c1"));
}

TEST_CASE("an approval thaws what a denial froze") {
  const Setup setup;
  auto ledger = setup.write();
  ledger.deny(denial("c1", true));
  ledger.deny(denial("c2"));
  CHECK(ledger.frozen("paru") == denial("c1", true));
  CHECK(ledger.is_denied("paru", "c1"));
  ledger.approve(approval("c3"));
  CHECK_FALSE(ledger.frozen("paru"));
}

TEST_CASE("what is held is new once") {
  const Setup setup;
  auto ledger = setup.write();
  CHECK(ledger.hold(held("c1", {"first"}, 1)));
  CHECK_FALSE(ledger.hold(held("c1", {"first"}, 2)));
  CHECK(ledger.held() == std::vector{held("c1", {"first"}, 1)});
  CHECK(ledger.hold(held("c1", {"first", "maintainer"}, 3)));
  CHECK_FALSE(ledger.hold(held("c1", {"maintainer"}, 4)));
  CHECK(ledger.held() == std::vector{held("c1", {"maintainer"}, 1)});
  CHECK(ledger.hold(held("c2", {"maintainer"}, 5)));
  CHECK(ledger.held() == std::vector{held("c2", {"maintainer"}, 5)});
  SECTION("and not until it is decided about") {
    ledger.approve(approval("c2"));
  }
  SECTION("denied") {
    ledger.deny(denial("c2"));
  }
  SECTION("or passes by itself") {
    ledger.release("paru");
  }
  CHECK(ledger.held().empty());
}

TEST_CASE("a name has one owner in each repository") {
  const Setup setup;
  auto ledger = setup.write();
  ledger.own({name("a", "x"), name("b", "x"), name("a", "y", "s")});
  CHECK(ledger.owner_of("a", "r") == name("a", "x"));
  CHECK(ledger.owner_of("a", "s") == name("a", "y", "s"));
  CHECK_FALSE(ledger.owner_of("b", "s"));
  ledger.own({name("a", "z")});
  CHECK(ledger.owner_of("a", "r") == name("a", "z"));
  ledger.give_up_names("x");
  CHECK(ledger.names() == std::vector{name("a", "y", "s"), name("a", "z")});
}

TEST_CASE("what is the target's already keeps its time and what was published") {
  const Setup setup;
  auto ledger = setup.write();
  auto published = name("a", "x");
  published.published = Pretensions{{"b"}, {}};
  ledger.own({published});
  auto later = name("a", "x");
  later.since = at(99);
  ledger.own({later});
  CHECK(ledger.names() == std::vector{published});
  later.published = Pretensions{{}, {"c"}};
  ledger.own({later});
  CHECK(ledger.names_of("x").at(0).published == later.published);
  CHECK(ledger.names_of("x").at(0).since == published.since);
  later.target = "y";
  later.published.reset();
  ledger.own({later});
  CHECK(ledger.names() == std::vector{later});
}

TEST_CASE("names are taken over once, and never by a ledger that was restored") {
  const Setup setup;
  SECTION("once") {
    auto ledger = setup.write();
    ledger.take_over({name("a", "x")});
    ledger.give_up_names("x");
    ledger.take_over({name("a", "x")});
    CHECK(ledger.names().empty());
    CHECK(ledger.has_taken_over());
  }
  SECTION("restored") {
    Ledger::restore(setup.state, {}, false);
    auto ledger = setup.write();
    ledger.take_over({name("a", "x")});
    CHECK(ledger.names().empty());
  }
}

TEST_CASE("what is written together is written whole or not at all") {
  const Setup setup;
  auto ledger = setup.write();
  CHECK_THROWS_WITH(ledger.together([&] {
    ledger.approve(approval("c1"));
    ledger.own({name("a", "x")});
    CHECK(ledger.approval("paru"));
    throw Error("enough");
  }),
                    "enough");
  CHECK(ledger.contents() == LedgerContents());
  ledger.together([&] {
    ledger.approve(approval("c1"));
    ledger.together([&] { CHECK(ledger.hold(held("c2", {"first"}))); });
    CHECK(setup.read().contents() == LedgerContents());
  });
  CHECK(setup.read().approval("paru") == approval("c1"));
  CHECK(setup.read().held().size() == 1);
}

TEST_CASE("a ledger that was killed while it wrote has what was written before") {
  const Setup setup;
  setup.write().approve(approval("c1"));
  const auto child = ::fork();
  if (child == 0) {
    // Enough for pages to reach the file before the end.
    try {
      auto ledger = setup.write();
      ledger.together([&] {
        for (int i = 0; i < 20'000; ++i) ledger.approve(approval("c" + std::to_string(i)));
        ::_exit(7);
      });
    } catch (...) {
      ::_exit(1);
    }
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WEXITSTATUS(status) == 7);
  CHECK(fs::exists(setup.state.ledger().string() + "-journal"));
  CHECK(setup.read().approvals("paru") == std::vector{approval("c1")});
  CHECK_FALSE(fs::exists(setup.state.ledger().string() + "-journal"));
}

TEST_CASE("what is forgotten of a target is all") {
  const Setup setup;
  auto ledger = setup.write();
  fill(ledger, sample());
  ledger.forget("paru");
  CHECK(ledger.contents() == LedgerContents{{}, {}, {sample().names[1]}, sample().maintainers});
}

TEST_CASE("a ledger that never was is empty, and reading makes none") {
  const Setup setup;
  CHECK(setup.read().contents() == LedgerContents());
  CHECK_FALSE(fs::exists(setup.state.ledger()));
  CHECK_THROWS_AS(setup.read().approve(approval("c1")), Error);
}

TEST_CASE("a ledger in use is only read by who doesn't write") {
  const Setup setup;
  auto writer = setup.write();
  auto reader = setup.read();
  CHECK_THROWS_WITH(reader.approve(approval("c1")), ContainsSubstring("cannot use the ledger"));
  writer.approve(approval("c1"));
  CHECK(reader.approval("paru") == approval("c1"));
}

TEST_CASE("a ledger that can't be used stops who needs it, and is left alone") {
  const Setup setup;
  setup.write().approve(approval("c1"));
  const auto file = setup.state.ledger();
  const char* why = "";
  SECTION("gone") {
    fs::remove(file);
    why = "it is gone";
  }
  SECTION("of no length") {
    fs::resize_file(file, 0);
    why = "it is damaged";
  }
  SECTION("cut off") {
    fs::resize_file(file, fs::file_size(file) / 2);
    why = "it is damaged";
  }
  SECTION("something else") {
    write_file_atomically(file, "no database");
    why = "it is damaged";
  }
  SECTION("of a newer version") {
    sqlite::Connection(file).execute("PRAGMA user_version = 1000");
    why = "a newer version of pkgkiln wrote it";
  }
  const auto before = fs::exists(file) ? read_file(file) : "";
  for (const auto access : {Ledger::Access::read, Ledger::Access::write})
    CHECK_THROWS_WITH(Ledger(setup.state, access),
                      ContainsSubstring("cannot use the ledger") && ContainsSubstring(why));
  CHECK((fs::exists(file) ? read_file(file) : "") == before);
  Ledger::restore(setup.state, sample(), true);
  CHECK(setup.read().contents() == sample());
}

TEST_CASE("a ledger of another program is none") {
  const Setup setup;
  sqlite::Connection(setup.state.ledger()).execute("CREATE TABLE x (y)");
  CHECK_THROWS_WITH(setup.write(), ContainsSubstring("it is damaged"));
}

TEST_CASE("a ledger is restored over an empty one only, or keeps the old one") {
  const Setup setup;
  Ledger::restore(setup.state, sample(), false);
  CHECK(setup.read().contents() == sample());
  CHECK_THROWS_WITH(Ledger::restore(setup.state, {}, false), ContainsSubstring("in use"));
  CHECK(setup.read().contents() == sample());
  Ledger::restore(setup.state, {}, true);
  CHECK(setup.read().contents() == LedgerContents());
  const auto kept = [&] {
    for (const auto& path : entries_of(setup.state.root()))
      if (path.filename().string().starts_with("ledger.db.replaced-")) return path;
    return fs::path();
  }();
  REQUIRE_FALSE(kept.empty());
  fs::rename(kept, setup.state.ledger());
  CHECK(setup.read().contents() == sample());
}

TEST_CASE("a ledger refuses names that its lists can't hold") {
  const Setup setup;
  auto ledger = setup.write();
  auto bad = approval("c1");
  bad.people->co_maintainers = {"a\nb"};
  CHECK_THROWS_WITH(ledger.approve(bad), ContainsSubstring("control characters"));
  CHECK(ledger.contents() == LedgerContents());
}
