#include <set>

#include "core/journal/history.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/journal/records.hpp"

using namespace pkgkiln;
using test::full_record;
using test::HistorySetup;
using test::made;

TEST_CASE("what builds made for a repository is known by name") {
  const HistorySetup setup;
  History history(setup.state);
  history.record(made("t", "b1", "built", {"foo-1-1-any.pkg.tar.zst"}));
  history.record(made("t", "b2", "built", {"foo-2-1-any.pkg.tar.zst"}));
  auto rebuilt = made("u", "b3", "built", {"foo-1-1-any.pkg.tar.zst"});
  rebuilt.files[0].sha256 = "y";
  history.record(rebuilt);
  const auto digests = history.made("foo-1-1-any.pkg.tar.zst", "mine");
  CHECK(std::set<std::string>(digests.begin(), digests.end()) == std::set<std::string>{"x", "y"});
  CHECK(history.made("foo-1-1-any.pkg.tar.xz", "mine").empty());
  CHECK(history.made("foo-1-1-any.pkg.tar.zst", "other").empty());
}

TEST_CASE("packages that a target makes no more are remembered until another one makes them") {
  const HistorySetup setup;
  History history(setup.state);
  const RecordedFile docs{"foo-docs-1-1-any.pkg.tar.zst", "x"};
  history.record(made("t", "b1", "built", {"foo-1-1-any.pkg.tar.zst", docs.file_name}));
  CHECK(history.former_packages("mine").empty());
  // What was found published needs not be all that it makes.
  history.record(made("t", "b2", "up-to-date", {"foo-1-1-any.pkg.tar.zst"}));
  history.record(made("t", "b3", "failed"));
  CHECK(history.former_packages("mine").empty());
  history.record(made("t", "b4", "built", {"foo-2-1-any.pkg.tar.zst"}));
  CHECK(history.former_packages("mine") == std::vector<FormerPackage>{{"t", docs}});
  CHECK(history.former_packages("other").empty());
  history.forget_builds(full_record("t", "b").finished + std::chrono::hours(1));
  CHECK(history.former_packages("mine") == std::vector<FormerPackage>{{"t", docs}});
  history.record(made("u", "b5", "built", {"foo-docs-1-2-any.pkg.tar.zst"}));
  CHECK(history.former_packages("mine").empty());
}

TEST_CASE("the owner of a package is the target whose latest good build made it") {
  const HistorySetup setup;
  History history(setup.state);
  CHECK_FALSE(history.owner_of("foo", "mine").has_value());
  history.record(made("t", "b1", "built", {"foo-1-1-any.pkg.tar.zst", "foo-doc-1-1-any.pkg.tar"}));
  CHECK(history.owner_of("foo", "mine") == "t");
  CHECK_FALSE(history.owner_of("foo", "other").has_value());
  CHECK_FALSE(history.owner_of("fo", "mine").has_value());

  history.record(made("t", "b2", "failed"));
  CHECK(history.owner_of("foo-doc", "mine") == "t");
  history.record(made("t", "b3", "up-to-date", {"foo-2-1-any.pkg.tar.zst"}));
  CHECK_FALSE(history.owner_of("foo-doc", "mine").has_value());
  history.record(made("u", "b4", "built", {"foo-3-1-any.pkg.tar.zst"}));
  CHECK(history.owner_of("foo", "mine") == "u");
  history.record(made("v", "b5", "failed", {"foo-4-1-any.pkg.tar.zst"}));
  CHECK(history.owner_of("foo", "mine") == "u");
}

TEST_CASE("a build for another repository doesn't end the ownership in this one") {
  const HistorySetup setup;
  History history(setup.state);
  history.record(made("t", "b1", "built", {"foo-1-1-any.pkg.tar.zst"}));
  auto elsewhere = made("t", "b2", "built", {"bar-1-1-any.pkg.tar.zst"});
  elsewhere.repository = "other";
  history.record(elsewhere);
  CHECK(history.owner_of("foo", "mine") == "t");
  CHECK(history.owner_of("bar", "other") == "t");
}

TEST_CASE("the maker of a package is the target that built it last, and makes it still") {
  const HistorySetup setup;
  History history(setup.state);
  const auto makers = [&] {
    std::vector<std::string> found;
    for (const auto& maker : history.makers())
      found.push_back(maker.repository + " " + maker.pkgname + " " + maker.target);
    return found;
  };
  history.record(made("t", "b1", "built", {"foo-1-1-any.pkg.tar.zst", "old-1-1-any.pkg.tar"}));
  history.record(made("u", "b2", "up-to-date", {"foo-1-1-any.pkg.tar.zst"}));
  history.record(made("u", "b3", "failed", {"foo-1-1-any.pkg.tar.zst"}));
  history.record(made("t", "b4", "built", {"foo-2-1-any.pkg.tar.zst"}));
  CHECK(makers() == std::vector<std::string>{"mine foo t", "mine old t"});
  history.record(made("u", "b5", "built", {"foo-3-1-any.pkg.tar.zst"}));
  history.record(made("u", "b6", "built", {"bar-3-1-any.pkg.tar.zst"}));
  CHECK(makers() == std::vector<std::string>{"mine bar u", "mine foo t", "mine old t"});
}
