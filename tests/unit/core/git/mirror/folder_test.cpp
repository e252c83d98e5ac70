#include "core/git/mirror/folder.hpp"

#include <sys/stat.h>

#include "core/git/ask/remotes.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/mirror/tar_listing.hpp"
#include "tests/unit/core/git/test_repository.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

struct FolderSetup {
  TempDir dir;
  fs::path folder = dir.path() / "my packages";
  git::Remotes remotes;
  std::shared_ptr<git::Mirror> mirror;

  FolderSetup() { put("hello/PKGBUILD", "pkgname=hello\n"); }

  void put(const std::string& path, std::string_view content) const {
    write(folder / path, content);
  }
  /// Each as a run of its own has it.
  git::Tip ask() { return git::Mirrors(dir.path(), remotes).ask_tip(folder.string(), "", kNever); }
  git::Tip fetch(const git::Tip& tip) {
    if (!mirror) mirror = git::Mirrors(dir.path(), remotes).of(folder.string());
    return mirror->fetch(tip, kNever);
  }
  std::map<std::string, TarEntry> tar(const std::string& path = {}) {
    std::string bytes;
    export_tar(
        *mirror, fetch(ask()).commit, path, 1000, [&](std::string_view part) { bytes += part; },
        kNever);
    return list_tar(bytes);
  }
  std::string names() {
    fetch(ask());
    std::string text;
    for (const auto& [name, entry] : tar())
      if (entry.type != 'd') text += name + " ";
    return text;
  }
};

}  // namespace

TEST_CASE("a folder's commit is known before it is copied, whatever is in it") {
  FolderSetup setup;
  setup.put("hello/run.sh", "#!/bin/sh\n");
  fs::permissions(setup.folder / "hello/run.sh", fs::perms::owner_all);
  setup.put("hello.d/a", "");
  setup.put("hello-", "sorted between them by git\n");
  setup.put("empty file", "");
  setup.put("öäü/\"quoted\"\\\n.txt", "odd");
  setup.put("large", std::string(20 << 20, 'x'));
  fs::create_symlink("../hello/PKGBUILD", setup.folder / "hello.d/link");
  const auto tip = setup.ask();
  CHECK(tip.ref == git::kFolder);
  CHECK(tip.commit.size() == git::kFolderIdLength);
  CHECK(setup.fetch(tip) == tip);
  setup.put("öäü/\"quoted\"\\\n.txt", "odd");  // written again, not changed
  CHECK(setup.ask() == tip);
  fs::remove_all(setup.folder / "öäü");
  const auto entries = setup.tar();
  CHECK(entries.at("hello/run.sh").mode == 0755);
  CHECK(entries.at("hello/PKGBUILD").content == "pkgname=hello\n");
  CHECK(entries.at("hello.d/link").content == "../hello/PKGBUILD");
  CHECK(entries.at("large").content.size() == std::size_t{20} << 20U);
}

TEST_CASE("a damaged copy of a folder is made anew, by the second run at the latest") {
  FolderSetup setup;
  const bool changes = GENERATE(false, true);
  setup.fetch(setup.ask());
  const auto directory = setup.dir.path() / git::Mirrors::name_of(setup.folder.string());
  for (const auto& entry : fs::recursive_directory_iterator(directory / "objects"))
    if (entry.is_regular_file()) {
      fs::permissions(entry.path(), fs::perms::owner_all);
      write(entry.path(), "damaged");
    }
  const std::string content = changes ? "new" : "pkgname=hello\n";
  setup.put("hello/PKGBUILD", content);
  const auto is_read = [&] {
    setup.mirror.reset();
    try {
      const auto tip = setup.fetch(setup.ask());
      return setup.mirror->read_file(tip.commit, "hello/PKGBUILD") == content;
    } catch (const Error&) {
      return false;
    }
  };
  is_read();
  CHECK(is_read());
}

TEST_CASE("every change of what lies in a folder gives another commit") {
  FolderSetup setup;
  const auto before = setup.ask();
  SECTION("of a file") {
    setup.put("hello/PKGBUILD", "pkgname=hullo\n");
  }
  SECTION("of a mode") {
    fs::permissions(setup.folder / "hello/PKGBUILD", fs::perms::owner_all);
  }
  SECTION("by a new file") {
    setup.put("hello/x", "");
  }
  SECTION("by one that is gone") {
    fs::remove(setup.folder / "hello/PKGBUILD");
  }
  CHECK(setup.ask().commit != before.commit);
}

TEST_CASE("what was planned of a folder stays as it was, whatever is written to it then") {
  FolderSetup setup;
  const auto tip = setup.fetch(setup.ask());
  setup.put("hello/PKGBUILD", "another");
  CHECK(setup.mirror->read_file(tip.commit, "hello/PKGBUILD") == "pkgname=hello\n");
  SECTION("and what changed since it was asked is taken as it is then") {
    const auto asked = setup.ask();
    setup.put("hello/PKGBUILD", "a third");
    const auto fetched = setup.fetch(asked);
    CHECK(fetched.commit != asked.commit);
    CHECK(setup.mirror->read_file(fetched.commit, "hello/PKGBUILD") == "a third");
  }
}

TEST_CASE("what makepkg left beside a PKGBUILD does not count") {
  FolderSetup setup;
  const bool in_git = GENERATE(false, true);
  if (in_git) test::git(setup.folder, {"init", "--quiet"});
  for (const auto* litter :
       {"hello/src/hello-1/main.c", "hello/pkg/hello/.PKGINFO", "hello/hello-1-1-any.pkg.tar.zst",
        "hello/hello-1-1-any.pkg.tar.zst.sig", "hello/hello-1-1.src.tar.gz",
        "hello/hello-1-1-any-build.log", "hello/hello-1-1-any-build.log.1", "hello/clone/HEAD",
        "hello/clone/objects/pack/x.pack", "hello/clone/refs/heads/main"})
    setup.put(litter, "litter");
  test::git(setup.folder / "hello/src", {"init", "--quiet", "checked-out"});
  setup.put("hello/src/checked-out/x", "litter");
  setup.put("src/no-package", "kept");
  setup.put("notes.log", "kept");
  CHECK(setup.names() == "hello/PKGBUILD notes.log src/no-package ");
}

TEST_CASE("in a repository, what git ignores is left out, and what it tracks is not") {
  FolderSetup setup;
  setup.put(".gitignore", "*.o\nhello/secret\n");
  setup.put("hello/a.o", "");
  setup.put("hello/secret", "");
  setup.put("hello/src/tracked.c", "");
  setup.put("hello/not-committed", "");
  SECTION("without a repository") {
    CHECK(setup.names() == ".gitignore hello/PKGBUILD hello/not-committed ");
    return;
  }
  test::git(setup.folder, {"init", "--quiet"});
  test::git(setup.folder, {"add", "--force", "hello/src/tracked.c", "hello/secret"});
  SECTION("of its own") {
    CHECK(setup.names() ==
          ".gitignore hello/PKGBUILD hello/not-committed hello/secret hello/src/tracked.c ");
  }
  SECTION("and what was removed and not committed is gone") {
    test::git(setup.folder, {"add", "--all"});
    test::git(setup.folder, {"commit", "--quiet", "-m", "x"});
    fs::remove(setup.folder / "hello/not-committed");
    CHECK(setup.names() == ".gitignore hello/PKGBUILD hello/secret hello/src/tracked.c ");
  }
  SECTION("around it, by the rules of that one") {
    setup.put(".gitignore", "*.o\n");
    setup.folder /= "hello";
    CHECK(setup.names() == "PKGBUILD not-committed secret src/tracked.c ");
  }
  SECTION("that ignores all of it, it is looked at by itself") {
    setup.put(".gitignore", "inner/\n");
    setup.put("inner/PKGBUILD", "");
    setup.folder /= "inner";
    CHECK(setup.names() == "PKGBUILD ");
  }
}

TEST_CASE("repositories in a folder are looked into") {
  FolderSetup setup;
  setup.put("clone/PKGBUILD", "");
  setup.put("clone/.gitignore", "*.zip\n");
  setup.put("clone/a.zip", "");
  test::git(setup.folder / "clone", {"init", "--quiet"});
  test::git(setup.folder / "clone", {"add", "PKGBUILD"});
  test::git(setup.folder / "clone", {"commit", "--quiet", "-m", "x"});
  setup.put("clone/not-committed", "");
  const std::string all = "clone/.gitignore clone/PKGBUILD clone/not-committed hello/PKGBUILD ";
  SECTION("of one that is in none") {
    CHECK(setup.names() == all);
  }
  SECTION("of one that doesn't know them") {
    test::git(setup.folder, {"init", "--quiet"});
    CHECK(setup.names() == all);
  }
  SECTION("of one that has them as submodules") {
    test::git(setup.folder, {"init", "--quiet"});
    test::git(setup.folder, {"-c", "advice.addEmbeddedRepo=false", "add", "clone"});
    CHECK(setup.names() == all);
  }
}

TEST_CASE("a bare repository, a branch of one and a path to nothing are no folders") {
  const FolderSetup setup;
  test::git(setup.dir.path(), {"init", "--quiet", "--bare", "bare.git"});
  CHECK(git::is_folder(setup.folder.string(), ""));
  CHECK_FALSE(git::is_folder(setup.folder.string(), "main"));
  CHECK_FALSE(git::is_folder(setup.dir.path().string() + "/bare.git", ""));
  CHECK_FALSE(git::is_folder(setup.dir.path().string() + "/none", ""));
  CHECK_FALSE(git::is_folder("https://example.com/a", ""));
}

TEST_CASE("links and devices are not read, and a folder that is gone is an error") {
  FolderSetup setup;
  REQUIRE(::mkfifo((setup.folder / "fifo").c_str(), 0600) == 0);
  CHECK(setup.names() == "hello/PKGBUILD ");
  fs::create_symlink("/proc/self/mem", setup.folder / "hello/link");
  CHECK(setup.names() == "hello/PKGBUILD hello/link ");
  fs::remove_all(setup.folder);
  CHECK_THROWS_WITH(git::commit_of_folder(setup.folder, {}, kNever),
                    ContainsSubstring("my packages") && ContainsSubstring("no such folder"));
}

TEST_CASE("a folder in a repository of somebody else is read only where git trusts it") {
  const FolderSetup setup;
  test::git(setup.folder, {"init", "--quiet"});
  write(setup.dir.path() / "bin/git",
        "#!/bin/sh\nPATH=${PATH#*:} GIT_TEST_ASSUME_DIFFERENT_OWNER=1 "
        "exec git \"$@\"\n");
  fs::permissions(setup.dir.path() / "bin/git", fs::perms::owner_all);
  const ScopedVariable somebody_else(
      "PATH", (setup.dir.path() / "bin").string() + ":" + std::getenv("PATH"));
  CHECK_THROWS_WITH(
      git::commit_of_folder(setup.folder, {}, kNever),
      ContainsSubstring("belongs to another user") && ContainsSubstring(setup.folder.string()));
  CHECK(git::commit_of_folder(setup.folder, {{"safe.directory", setup.folder.string()}}, kNever)
            .size() == git::kFolderIdLength);
}
