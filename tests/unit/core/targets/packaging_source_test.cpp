#include "core/targets/packaging_source.hpp"

#include <list>

#include "core/base/digest.hpp"
#include "core/journal/state_dir.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/file_server.hpp"
#include "tests/unit/core/git/mirror/tar_listing.hpp"
#include "tests/unit/core/git/test_repository.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

struct Setup {
  TempDir dir;
  StateDir state{dir.path() / "state"};
  mutable git::Remotes remotes;
  mutable std::list<PackagingSources> sources;  // each as in a run of its own

  std::unique_ptr<PackagingSource> open(TargetKind kind, const std::string& url,
                                        const std::string& path = {}) const {
    Target target;
    target.name = "foo";
    target.kind = kind;
    target.url = url;
    target.path = path;
    sources.emplace_back(state.mirrors(), remotes);
    return sources.back().open(target);
  }
  std::unique_ptr<PackagingSource> pkgbuild(const std::string& url) const {
    return open(TargetKind::url, url);
  }
};

std::map<std::string, TarEntry> tar_of(const PackagingSource& source, const std::string& commit) {
  std::string tar;
  source.export_tar(
      commit, 1000, [&](std::string_view bytes) { tar += bytes; }, kNever);
  return list_tar(tar);
}

}  // namespace

TEST_CASE("a target's directory in a Git repository is its source") {
  const Setup setup;
  const TestRepository remote(setup.dir.path() / "remote");
  const auto commit =
      remote.commit({{"pkgs/foo/PKGBUILD", "x"}, {"pkgs/foo/a.patch", "y"}, {"z", ""}});
  const auto path = GENERATE("pkgs/foo", "pkgs/foo/");
  const auto source = setup.open(TargetKind::git, remote.url(), path);
  const auto tip = source->ask(kNever);
  CHECK(tip == git::Tip{"refs/heads/main", commit});
  CHECK(source->fetch(tip, kNever) == tip);
  CHECK(source->read_file(commit, "PKGBUILD") == "x");
  CHECK_FALSE(source->read_file(commit, ".SRCINFO").has_value());
  CHECK_FALSE(source->read_file(commit, "../../z").has_value());
  CHECK(tar_of(*source, commit).size() == 2);
  CHECK(source->time(commit) == 1'700'000'000);
}

TEST_CASE("what has no commit has the same time wherever it lies") {
  const Setup setup;
  write(setup.dir.path() / "folder/PKGBUILD", "x");
  const auto folder = setup.open(TargetKind::git, (setup.dir.path() / "folder").string());
  const auto file = setup.pkgbuild("file://" + setup.dir.path().string() + "/folder/PKGBUILD");
  for (const auto& source : {folder.get(), file.get()}) {
    const auto commit = source->fetch(source->ask(kNever), kNever).commit;
    CHECK(source->time(commit) == git::kTimeless);
    CHECK(tar_of(*source, commit).at("PKGBUILD").time == git::kTimeless);
  }
}

TEST_CASE("a PKGBUILD behind a file URL is a source") {
  const Setup setup;
  const auto file = setup.dir.path() / "my files/PKGBUILD";
  write(file, "pkgname=x\n");
  auto url = "file://" + setup.dir.path().string() + "/my%20files/PKGBUILD";
  const auto source = setup.pkgbuild(url);
  const auto tip = source->ask(kNever);
  CHECK(tip == git::Tip{url, sha256_of("pkgname=x\n")});
  CHECK(source->fetch(tip, kNever) == tip);
  CHECK(source->read_file(tip.commit, "PKGBUILD") == "pkgname=x\n");
  CHECK_FALSE(source->read_file(tip.commit, ".SRCINFO").has_value());
  const auto entries = tar_of(*source, tip.commit);
  REQUIRE(entries.size() == 1);
  CHECK(entries.at("PKGBUILD").content == "pkgname=x\n");
  CHECK(entries.at("PKGBUILD").uid == 1000);
  CHECK(entries.at("PKGBUILD").mode == 0644);
}

TEST_CASE("a PKGBUILD is kept by its content, and the last five stay") {
  const Setup setup;
  const auto file = setup.dir.path() / "PKGBUILD";
  const auto source = setup.pkgbuild("file://" + file.string());
  write(file, "one");
  const auto one = source->ask(kNever);
  write(file, "two");
  CHECK(source->fetch(one, kNever) == one);
  const auto two = source->ask(kNever);
  CHECK(two.commit != one.commit);
  source->fetch(two, kNever);
  CHECK(source->read_file(two.commit, "PKGBUILD") == "two");
  CHECK(source->recover(two.commit, kNever));
  for (const auto* content : {"three", "four", "five", "six"}) {
    // What is asked for stays, however old it is.
    CHECK(source->recover(one.commit, kNever));
    CHECK(source->leads_to(one.commit, source->ask(kNever), kNever));
    write(file, content);
    source->fetch(source->ask(kNever), kNever);
  }
  CHECK(source->read_file(one.commit, "PKGBUILD") == "one");
  CHECK_FALSE(source->recover(two.commit, kNever));
  CHECK_FALSE(source->recover("../x", kNever));
  CHECK_THROWS_AS(source->read_file(two.commit, "PKGBUILD"), Error);
  CHECK(source->fetch(two, kNever) == source->ask(kNever));
}

TEST_CASE("a kept PKGBUILD that is damaged is not used") {
  const Setup setup;
  const auto file = setup.dir.path() / "PKGBUILD";
  write(file, "one");
  const auto source = setup.pkgbuild("file://" + file.string());
  const auto tip = source->ask(kNever);
  write(std::filesystem::directory_iterator(setup.state.mirrors())->path() / tip.commit, "evil");
  CHECK_THROWS_WITH(source->read_file(tip.commit, "PKGBUILD"), ContainsSubstring("damaged"));
  CHECK_THROWS_AS(tar_of(*source, tip.commit), Error);
  CHECK(source->fetch(tip, kNever) == tip);
  CHECK(source->read_file(tip.commit, "PKGBUILD") == "one");
}

TEST_CASE("an empty repository of the AUR is a name that it doesn't have") {
  const Setup setup;
  const TestRepository remote(setup.dir.path() / "typo.git");
  Target target;
  target.url = remote.url();
  PackagingSources sources(setup.state.mirrors(), setup.remotes);
  CHECK_THROWS_WITH(sources.open(target)->ask(kNever), ContainsSubstring("has no branches"));
  target.has_url_of_aur = true;
  CHECK_THROWS_WITH(sources.open(target)->ask(kNever),
                    ContainsSubstring("the AUR has no package base for"));
}

TEST_CASE("a PKGBUILD comes over HTTP, redirects followed") {
  const Setup setup;
  write(setup.dir.path() / "www/x/PKGBUILD", "pkgname=x\n");
  FileServer server(setup.dir.path() / "www");
  server.redirect("/old", server.url("/x/PKGBUILD"));
  for (const auto* path :
       {"/x/PKGBUILD", "/old", "/x/PKGBUILD?token=hunter2", "/x/PKGBUILD#part"}) {
    const auto tip = setup.pkgbuild(server.url(path))->ask(kNever);
    CHECK(tip.commit == sha256_of("pkgname=x\n"));
    CHECK_THAT(tip.ref, !ContainsSubstring("hunter2"));
  }
}

TEST_CASE("a PKGBUILD's server is not followed to a file") {
  const Setup setup;
  write(setup.dir.path() / "www/secret", "s");
  FileServer server(setup.dir.path() / "www");
  server.redirect("/old", "file://" + (setup.dir.path() / "www/secret").string());
  CHECK_THROWS_AS(setup.pkgbuild(server.url("/old"))->ask(kNever), Error);
}

TEST_CASE("a PKGBUILD's URL may carry credentials, which no error shows") {
  const Setup setup;
  write(setup.dir.path() / "www/PKGBUILD", "x");
  const FileServer server(setup.dir.path() / "www", "Basic bWU6aHVudGVyMg==");  // me:hunter2
  const auto url = [&](const std::string& path) {
    return "http://me:hunter2@" + server.host() + path;
  };
  CHECK(setup.pkgbuild(url("/PKGBUILD"))->ask(kNever).commit == sha256_of("x"));
  CHECK_THROWS_WITH(setup.pkgbuild(url("/none"))->ask(kNever),
                    ContainsSubstring("answered 404") && !ContainsSubstring("hunter2"));
  CHECK_THROWS_WITH(setup.pkgbuild(server.url("/PKGBUILD"))->ask(kNever),
                    ContainsSubstring("answered 401"));
}

TEST_CASE("a PKGBUILD that is too long, or isn't there, says so") {
  const Setup setup;
  const auto root = setup.dir.path() / "www";
  write(root / "big", std::string((4U << 20U) + 1, 'x'));
  const FileServer server(root);
  CHECK_THROWS_WITH(setup.pkgbuild(server.url("/big"))->ask(kNever), ContainsSubstring("longer"));
  const auto local = "file://" + root.string();
  CHECK_THROWS_WITH(setup.pkgbuild(local + "/big")->ask(kNever), ContainsSubstring("longer"));
  CHECK_THROWS_WITH(setup.pkgbuild(local + "/none")->ask(kNever),
                    ContainsSubstring("no such file"));
  CHECK_THROWS_WITH(setup.pkgbuild(local)->ask(kNever), ContainsSubstring("no such file"));
  CHECK_THROWS_WITH(setup.pkgbuild("http://127.0.0.1:1/PKGBUILD")->ask(kNever),
                    ContainsSubstring("cannot download 'http://127.0.0.1:1/PKGBUILD'"));
  for (const auto* url : {"ftp://x/PKGBUILD", "/etc/passwd", "", "http://x/a b", "file://x/a",
                          "http://x/\n", "ext::x"})
    CHECK_THROWS_AS(setup.pkgbuild(url)->ask(kNever), Error);
  CHECK_THROWS_AS(setup.pkgbuild(local)->read_file("../../instance", "PKGBUILD"), Error);
}

TEST_CASE("a target that changes its kind gets a new mirror") {
  const Setup setup;
  const TestRepository remote(setup.dir.path() / "remote");
  const auto commit = remote.commit({{"PKGBUILD", "x"}});
  const auto git_source = setup.open(TargetKind::git, remote.url());
  const auto url_source = setup.pkgbuild("file://" + (remote.path() / "PKGBUILD").string());
  git_source->fetch(git_source->ask(kNever), kNever);
  const auto tip = url_source->ask(kNever);
  CHECK(url_source->fetch(tip, kNever) == tip);
  CHECK(url_source->read_file(tip.commit, "PKGBUILD") == "x");
  git_source->fetch(git_source->ask(kNever), kNever);
  CHECK(git_source->read_file(commit, "PKGBUILD") == "x");
}
