#include <atomic>
#include <thread>

#include "core/vieter/server_repository.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/vieter/situation.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;
using vieter::Version;

TEST_CASE("a list answers for all files of its arch, and is asked for once") {
  Situation all(GENERATE(Version::v0_2, Version::v0_4, Version::v0_6));
  all.lists("x86_64", {{"foo-1:2-3/desc", desc("abc")},
                       {"bar-1-1/desc", desc("def", "bar-1-1-any.pkg.tar.zst")}});
  REQUIRE(all.repository->listed(file("foo-1:2-3-x86_64.pkg.tar.xz")));  // any compression
  CHECK(all.repository->listed(file("foo-1:2-3-x86_64.pkg.tar.zst"))->sha256 == "abc");
  CHECK(all.repository->listed(file("bar-1-1-any.pkg.tar.zst"))->sha256 == "def");
  for (const auto* other :
       {"foo-2-3-x86_64.pkg.tar.zst", "foo-1:2-4-x86_64.pkg.tar.zst", "foo-1:2-3-any.pkg.tar.zst",
        "bar-1-1-x86_64.pkg.tar.zst", "baz-1-1-x86_64.pkg.tar.zst", "baz-1-1-any.pkg.tar.zst"})
    CHECK_FALSE(all.repository->listed(file(other)));
  CHECK(all.there.count("GET /my%20repo/x86_64/my%20repo.db") == 1);
  CHECK(all.heads() == 0);
}

TEST_CASE("a list is one of a moment; whether a file is there is asked anew") {
  Situation all(Version::v0_4);
  all.lists("x86_64", {});
  CHECK_FALSE(all.repository->listed(all.package.name));
  all.holds(all.package.sha256);
  CHECK_FALSE(all.repository->listed(all.package.name));
  CHECK(all.repository->contains(all.package.name));
}

TEST_CASE("each arch has its list") {
  Situation all(Version::v0_4);
  all.lists("aarch64", {{"foo-1:2-3/desc", desc("abc", "foo-1:2-3-aarch64.pkg.tar.zst")}});
  all.lists("x86_64", {});
  CHECK(all.repository->listed(file("foo-1:2-3-aarch64.pkg.tar.zst")));
  CHECK_FALSE(all.repository->listed(all.package.name));
  CHECK(all.heads() == 0);
}

TEST_CASE("without a list each file is asked for") {
  Situation all(GENERATE(Version::v0_2, Version::v0_4));
  const std::string list = "GET /my%20repo/x86_64/my%20repo.db";
  SECTION("none is there") {}
  SECTION("it is refused") {
    all.there.on(list, 403);
  }
  SECTION("the server can't give it") {
    all.there.on(list, 500);
  }
  SECTION("it is something else") {
    all.there.on(list, "<!doctype html>");
  }
  SECTION("it is empty") {
    all.there.on(list, "");
  }
  SECTION("it is cut off") {
    all.lists("x86_64", {{"foo-1:2-3/desc", desc("abc")}}, 20);
  }
  all.holds("abc");
  REQUIRE(all.repository->listed(all.package.name));
  CHECK(all.repository->listed(all.package.name)->sha256 == "abc");
  const auto asked = all.there.count(list);
  CHECK(all.repository->listed(all.package.name));
  CHECK_FALSE(all.repository->listed(file("bar-1-1-x86_64.pkg.tar.zst")));
  CHECK(all.there.count(list) == asked);
  CHECK(all.there.count("GET /my%20repo/x86_64/foo-1%3A2-3") == 3);
}

TEST_CASE("what can't be told by any way is no answer") {
  Situation all(Version::v0_4);
  all.there.on("GET /my%20repo/x86_64/foo-1%3A2-3", 403);
  CHECK_THROWS_WITH(all.repository->listed(all.package.name),
                    ContainsSubstring("cannot tell whether foo-1:2-3-x86_64.pkg.tar.zst"));
}

TEST_CASE("a package for any arch is looked for elsewhere while its own arch has no list") {
  Situation all(Version::v0_4, "foo-1:2-3-any.pkg.tar.zst");
  all.holds("abc", "aarch64");
  CHECK(all.repository->listed(all.package.name));
}

TEST_CASE("what a server lists of a package without a name hides no other") {
  Situation all(Version::v0_4);
  all.lists("x86_64", {{"-/desc", "%FILENAME%\n--.pkg.tar.gz\n\n%NAME%\n\n\n%VERSION%\n\n\n"},
                       {"desc", "lost"},
                       {"bar-1-1/desc", desc("abc")},
                       {"foo-1:2-3/desc", desc("abc")}});
  CHECK(all.repository->listed(all.package.name));
  CHECK_FALSE(all.repository->listed(file("bar-1-1-x86_64.pkg.tar.zst")));
  CHECK(all.heads() == 0);
}

TEST_CASE("the seed has one list for all arches, and is asked for what isn't in it") {
  Situation all(Version::seed);
  all.there.on("GET /vieter.db", all.database({{"foo-1:2-3/desc", desc("abc")}}));
  all.there.on("HEAD /foo-1%3A2-3-aarch64.pkg.tar.zst", "");
  REQUIRE(all.repository->listed(all.package.name));
  CHECK(all.repository->listed(all.package.name)->sha256 == "abc");
  CHECK(all.heads() == 0);
  CHECK(all.repository->listed(file("foo-1:2-3-aarch64.pkg.tar.zst")));
  CHECK_FALSE(all.repository->listed(file("bar-1-1-x86_64.pkg.tar.zst")));
  CHECK(all.there.count("GET /vieter.db") == 1);
}

TEST_CASE("many ask at the same time, the server is asked once", "[concurrent]") {
  Situation all(Version::v0_4);
  all.lists("x86_64", {{"foo-1:2-3/desc", desc("abc")}});
  std::atomic<int> found{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int question = 0; question < 50; ++question)
        if (all.repository->listed(all.package.name)) ++found;
    });
  for (auto& thread : threads) thread.join();
  CHECK(found == 200);
  CHECK(all.there.count("GET /my%20repo/x86_64/my%20repo.db") == 1);
  CHECK(all.heads() == 0);
}
