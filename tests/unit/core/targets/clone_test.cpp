#include <filesystem>

#include "core/targets/packaging_source.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/http_repository.hpp"
#include "tests/unit/core/git/mirror/tar_listing.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

/// The repository "/a.git", whose directory "lib" may be a submodule, and that one, "/lib.git".
struct CloneSetup {
  HttpRepository remote;
  TestRepository lib{remote.dir.path() / "lib"};
  std::string lib_commit = lib.commit({{"lib.sh", "old"}, {"deep/x", "y"}});
  Target target;

  CloneSetup() {
    target.url = remote.url();
    target.path = "pkg";
    target.checkout = Checkout::clone;
    remote.work.commit({{"pkg/PKGBUILD", "x"}});
    remote.publish();
  }

  void add_submodule(const std::string& url) const {
    const auto www = remote.dir.path() / "www/lib.git";
    fs::remove_all(www);
    test::git(remote.dir.path(), {"clone", "--quiet", "--mirror", lib.url(), www.string()});
    write(remote.work.path() / ".gitmodules",
          "[submodule \"some.name\"]\n\tpath = pkg/lib\n\turl = " + url + "\n");
    remote.work.run({"add", ".gitmodules"});
    remote.work.run({"update-index", "--add", "--cacheinfo", "160000," + lib_commit + ",pkg/lib"});
    remote.work.run({"commit", "--quiet", "--message", "submodule"});
    remote.publish();
  }
  std::map<std::string, TarEntry> clone() {
    PackagingSources sources(remote.dir.path() / "mirrors", remote.remotes);
    const auto source = sources.open(target);
    const auto tip = source->fetch(source->ask(kNever), kNever);
    std::string tar;
    source->export_tar(
        tip.commit, 1000, [&](std::string_view bytes) { tar += bytes; }, kNever);
    return list_tar(tar);
  }
  /// The same on the disk.
  fs::path unpacked() {
    const auto root = remote.dir.path() / "unpacked";
    for (const auto& [name, entry] : clone()) {
      if (entry.type == 'd')
        fs::create_directories(root / name);
      else
        write(root / name, entry.content);
    }
    return root;
  }
};

}  // namespace

TEST_CASE("a clone has the whole repository, and its newest commit without history") {
  CloneSetup setup;
  setup.target.branch = GENERATE("", "main");
  const auto clone = setup.unpacked();
  CHECK(test::git(clone, {"log", "--format=%H %s"}) ==
        setup.remote.work.run({"rev-parse", "HEAD"}) + " change");
  CHECK(test::git(clone, {"status", "--porcelain"}).empty());
  CHECK(test::git(clone, {"symbolic-ref", "HEAD"}) == "refs/heads/main");
  CHECK(test::git(clone, {"remote", "get-url", "origin"}) == setup.target.url);
  CHECK(test::git(clone, {"fsck"}).empty());
  CHECK_FALSE(fs::exists(clone / ".git/hooks"));
}

TEST_CASE("a clone tells nothing that is secret in a URL") {
  CloneSetup setup;
  setup.target.url.insert(std::string("http://").size(), "jane:hidden@");
  for (const auto& [name, entry] : setup.clone())
    CHECK_THAT(entry.content, !ContainsSubstring("hidden"));
}

TEST_CASE("a clone has its submodules, at the commits that it names") {
  CloneSetup setup;
  setup.lib.commit({{"lib.sh", "newer"}});
  SECTION("by a relative URL") {
    setup.add_submodule("../lib.git");
  }
  SECTION("by one of its own") {
    setup.add_submodule(setup.remote.server.url("/lib.git"));
  }
  const auto entries = setup.clone();
  CHECK(entries.at("pkg/lib/lib.sh").content == "old");
  CHECK(entries.at("pkg/lib/deep/x").content == "y");
  CHECK(entries.at("pkg/PKGBUILD").content == "x");
}

TEST_CASE("the submodules of submodules are bounded") {
  CloneSetup setup;
  const auto inner = GENERATE(1, 120);
  std::string modules;
  const auto at = setup.lib.commit({});
  for (int i = 0; i < inner; ++i) {
    const auto path = "in/" + std::to_string(i);
    modules += "[submodule \"" + path + "\"]\n\tpath = " + path + "\n\turl = ../lib.git\n";
    setup.lib.run({"update-index", "--add", "--cacheinfo", "160000," + at + "," + path});
  }
  write(setup.lib.path() / ".gitmodules", modules);
  setup.lib.run({"add", ".gitmodules"});
  setup.lib.run({"commit", "--quiet", "--message", "submodules"});
  setup.lib_commit = setup.lib.run({"rev-parse", "HEAD"});
  setup.add_submodule("../lib.git");
  if (inner == 1)
    CHECK(setup.clone().at("pkg/lib/in/0/lib.sh").content == "old");
  else
    CHECK_THROWS_WITH(setup.clone(), ContainsSubstring("more than 100 submodules"));
}

TEST_CASE("a submodule that may not be fetched, or can't be, is an error that names it") {
  CloneSetup setup;
  const auto [url, why] = GENERATE(table<std::string, std::string>({
      {"file:///etc", "only http, https and git"},
      {"/etc", "only http, https and git"},
      {"ext::sh -c id", "only http, https and git"},
      {"git@example.com:x", "only http, https and git"},
      {"http://jane:pw@127.0.0.1/x", "without a user"},
      {"../none.git", "there is no such repository"},
  }));
  setup.add_submodule(url);
  CAPTURE(url);
  try {
    setup.clone();
    FAIL("it was cloned");
  } catch (const Error& error) {
    CHECK_THAT(error.report(), ContainsSubstring(why));
    CHECK_THAT(error.report(), ContainsSubstring("pkg/lib") || ContainsSubstring("none.git"));
    CHECK_THAT(error.report(), !ContainsSubstring("jane:pw"));
  }
}

TEST_CASE("without a clone, submodules are not even looked at") {
  CloneSetup setup;
  setup.add_submodule("file:///etc");
  setup.target.checkout = Checkout::repository;
  const auto entries = setup.clone();
  CHECK(entries.at("pkg/lib/").type == 'd');
  CHECK_FALSE(entries.contains(".git/"));
}

TEST_CASE("a folder is not cloned, since it is taken as it lies there") {
  CloneSetup setup;
  setup.target.url = setup.remote.work.path().string();
  CHECK_THROWS_WITH(setup.clone(), ContainsSubstring("it is a folder"));
  setup.target.url = setup.remote.work.url();
  CHECK(setup.clone().contains(".git/HEAD"));
}
