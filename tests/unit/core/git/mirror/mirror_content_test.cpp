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

struct ContentSetup {
  TempDir dir;
  TestRepository remote{dir.path() / "remote"};
  git::Remotes remotes;
  git::Mirror mirror{dir.path() / "mirror", remote.url(), remotes};

  std::string fetch() {
    return mirror.fetch(remotes.ask_tip(remote.url(), "", kNever), kNever).commit;
  }
  std::map<std::string, TarEntry> tar(const std::string& commit, const std::string& path = {}) {
    std::string bytes;
    export_tar(
        mirror, commit, path, 1000, [&](std::string_view part) { bytes += part; }, kNever);
    return list_tar(bytes);
  }
  /// A commit of a tree made entry by entry ("<mode> <name>"), as no honest git would.
  std::string commit_tree(const std::string& mode, const std::string& name) {
    const auto blob = remote.run({"hash-object", "-w", "--stdin"}, "evil");
    std::string raw = mode + " " + name + '\0';
    for (std::size_t i = 0; i < blob.size(); i += 2)
      raw += static_cast<char>(std::stoi(blob.substr(i, 2), nullptr, 16));
    const auto tree =
        remote.run({"hash-object", "-t", "tree", "-w", "--literally", "--stdin"}, raw);
    const auto commit = remote.run({"commit-tree", "-m", "x", tree});
    remote.run({"update-ref", "refs/heads/main", commit});
    return commit;
  }
};

}  // namespace

TEST_CASE("a tree is exported with our owners, modes and times") {
  ContentSetup setup;
  const std::string bytes("\0\r\n\xff\n", 5);
  write(setup.remote.path() / "run.sh", "#!/bin/sh\n");
  fs::permissions(setup.remote.path() / "run.sh", fs::perms::owner_all);
  fs::create_symlink("run.sh", setup.remote.path() / "link");
  fs::create_symlink("/etc/passwd", setup.remote.path() / "absolute");
  const std::string long_name = "d/" + std::string(120, 'n') + "/" + std::string(120, 'm');
  setup.remote.commit({{"PKGBUILD", "pkgname=x\n"},
                       {"d/ü $(x) 'y'", bytes},
                       {"d/empty", ""},
                       {"d/big", std::string(300'000, 'b')},
                       {long_name, "l"}});
  const auto entries = setup.tar(setup.fetch());
  CHECK(entries.at("PKGBUILD").content == "pkgname=x\n");
  CHECK(entries.at("PKGBUILD").mode == 0644);
  CHECK(entries.at("run.sh").mode == 0755);
  CHECK(entries.at("d/").type == 'd');
  CHECK(entries.at("d/").mode == 0755);
  CHECK(entries.at("d/ü $(x) 'y'").content == bytes);
  CHECK(entries.at("d/empty").content.empty());
  CHECK(entries.at("d/big").content == std::string(300'000, 'b'));
  CHECK(entries.at(long_name).content == "l");
  CHECK(entries.at("link").content == "run.sh");
  CHECK(entries.at("absolute").type == 'l');
  for (const auto& [name, entry] : entries) {
    CHECK(entry.uid == 1000);
    CHECK(entry.gid == 1000);
    CHECK(entry.time == 1'700'000'000);
  }
}

TEST_CASE("only the tree below the path is exported, with names relative to it") {
  ContentSetup setup;
  setup.remote.commit({{"a/b/PKGBUILD", "x"}, {"a/b/c/d", "y"}, {"a/other", "z"}});
  const auto commit = setup.fetch();
  const auto path = GENERATE("a/b", "/a/b/", "./a//b");
  const auto entries = setup.tar(commit, path);
  CHECK(entries.size() == 3);
  CHECK(entries.at("PKGBUILD").content == "x");
  CHECK(entries.at("c/d").content == "y");
  CHECK(setup.mirror.read_file(commit, std::string(path) + "/PKGBUILD") == "x");
}

TEST_CASE("a path that is no directory says so") {
  ContentSetup setup;
  fs::create_directory_symlink("/etc", setup.remote.path() / "link");
  setup.remote.commit({{"a/file", "x"}});
  const auto commit = setup.fetch();
  for (const auto* path : {"missing", "a/file", "link", "a/..", "../a", "-a", "*"})
    CHECK_THROWS_WITH(setup.tar(commit, path), ContainsSubstring("no directory"));
}

TEST_CASE("an empty directory's export is an empty archive") {
  ContentSetup setup;
  setup.remote.commit({});
  CHECK(setup.tar(setup.fetch()).empty());
}

TEST_CASE("attributes have no effect") {
  ContentSetup setup;
  const auto proof = setup.dir.path() / "proof";
  setup.remote.commit({{".gitattributes",
                        "PKGBUILD export-ignore\nsubst export-subst ident\ncrlf text eol=crlf\n"
                        "filtered filter=evil\nutf working-tree-encoding=ISO-8859-1\n"},
                       {"PKGBUILD", "x"},
                       {"subst", "$Format:%H$ $Id$\n"},
                       {"crlf", "a\nb\n"},
                       {"filtered", proof.string()},
                       {"utf", "\xfc"}});
  write(setup.dir.path() / "config",
        "[filter \"evil\"]\n\tsmudge = touch " + proof.string() + "\n");
  const ScopedVariable global("GIT_CONFIG_GLOBAL", (setup.dir.path() / "config").string());
  const auto entries = setup.tar(setup.fetch());
  CHECK(entries.at("PKGBUILD").content == "x");
  CHECK(entries.at("subst").content == "$Format:%H$ $Id$\n");
  CHECK(entries.at("crlf").content == "a\nb\n");
  CHECK(entries.at("utf").content == "\xc3\xbc");
  CHECK_FALSE(fs::exists(proof));
}

TEST_CASE("a submodule is an empty directory and is not fetched") {
  ContentSetup setup;
  setup.remote.commit(
      {{"PKGBUILD", "x"},
       {".gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = file:///nonexistent\n"}});
  setup.remote.run({"update-index", "--add", "--cacheinfo",
                    "160000,1111111111111111111111111111111111111111,s"});
  setup.remote.run({"commit", "--quiet", "--message", "submodule"});
  const auto entries = setup.tar(setup.fetch());
  CHECK(entries.at("s/").type == 'd');
  CHECK(entries.at(".gitmodules").type == '-');
}

TEST_CASE("trees with hostile names are not exported") {
  ContentSetup setup;
  setup.remote.commit({{"PKGBUILD", "x"}});
  const auto name = GENERATE("..", ".", ".git", ".GiT", "a/b", "../up", "a\nb", "\x1b[2J");
  setup.commit_tree("100644", name);
  CHECK_THROWS_WITH(setup.tar(setup.fetch()), ContainsSubstring("not accepted"));
}

TEST_CASE("files are read as they are, through links within the repository, directories are not") {
  ContentSetup setup;
  fs::create_symlink("PKGBUILD", setup.remote.path() / "link");
  fs::create_directory_symlink("d", setup.remote.path() / "dirlink");
  setup.remote.commit({{"PKGBUILD", "pkgname=x\n"}, {"d/.SRCINFO", "y"}, {"a*", "star"}});
  const auto commit = setup.fetch();
  const auto read = [&](const std::string& path) { return setup.mirror.read_file(commit, path); };
  CHECK(read("PKGBUILD") == "pkgname=x\n");
  CHECK(read("d/.SRCINFO") == "y");
  CHECK(read("a*") == "star");
  CHECK(read("link") == "pkgname=x\n");
  CHECK(read("dirlink/.SRCINFO") == "y");
  for (const auto* path : {"d", "dirlink", "missing", "", ".", "../PKGBUILD", "PKGBUILD/x",
                           ":(top)PKGBUILD", "PKG*", "-r", "/etc/passwd"})
    CHECK_FALSE(read(path).has_value());
}

TEST_CASE("what a link says is read wherever it leads, and of nothing but a link") {
  ContentSetup setup;
  fs::create_directory(setup.remote.path() / "d");
  fs::create_symlink("/etc/passwd", setup.remote.path() / "d" / "link");
  fs::create_directory_symlink("d", setup.remote.path() / "dirlink");
  setup.remote.commit({{"d/PKGBUILD", "pkgname=x\n"}});
  const auto commit = setup.fetch();
  const auto read = [&](const std::string& path) { return setup.mirror.read_link(commit, path); };
  CHECK(read("d/link") == "/etc/passwd");
  CHECK(read("dirlink/link") == "/etc/passwd");
  CHECK(read("/dirlink") == "d");
  for (const auto* path : {"d", "d/PKGBUILD", "missing", "missing/x", "../link"})
    CHECK_FALSE(read(path).has_value());
}

TEST_CASE("a link out of the exported directory is what it leads to in the repository") {
  ContentSetup setup;
  const auto link = [&](const std::string& path, const std::string& target) {
    fs::create_directories((setup.remote.path() / path).parent_path());
    fs::create_symlink(target, setup.remote.path() / path);
  };
  link("p/PKGBUILD", "../common/PKGBUILD");
  link("p/fix.patch", "../patches/now/fix.patch");
  link("patches/now", "v2/../v2");
  link("p/tool", "../bin/../bin/./tool");
  link("p/all", "../more");
  link("p/inside", "sub/file");
  link("p/sub/up", "../inside");
  link("p/absolute", "/etc/passwd");
  link("p/gone", "../missing");
  link("p/outside", "../../../etc/passwd");
  link("p/self", "../p");
  link("p/root", "..");
  link("p/loop", "../loop");
  link("loop", "p/loop");
  link("more/again", "../more/deep");
  link("more/round", "../more");
  link("more/deep/back", "../../common/PKGBUILD");
  link("by", "p");
  link("submodule", "nowhere");
  write(setup.remote.path() / "bin/tool", "#!/bin/sh\n");
  fs::permissions(setup.remote.path() / "bin/tool", fs::perms::owner_all);
  setup.remote.commit({{"common/PKGBUILD", "pkgname=x\n"},
                       {"patches/v2/fix.patch", "fix"},
                       {"more/text", "text"},
                       {"more/deep/down", "down"},
                       {"p/sub/file", "file"}});
  const auto commit = setup.fetch();
  const auto path = GENERATE("p", "by", "by/.");
  const auto entries = setup.tar(commit, path);
  const std::map<std::string, std::string> files = {
      {"PKGBUILD", "pkgname=x\n"}, {"fix.patch", "fix"},      {"tool", "#!/bin/sh\n"},
      {"all/text", "text"},        {"all/deep/down", "down"}, {"all/deep/back", "pkgname=x\n"},
      {"sub/file", "file"}};
  for (const auto& [name, content] : files) {
    CAPTURE(name);
    REQUIRE(entries.count(name) == 1);
    CHECK(entries.at(name).type == '-');
    CHECK(entries.at(name).content == content);
  }
  CHECK(entries.at("tool").mode == 0755);
  CHECK(entries.at("inside").content == "sub/file");
  CHECK(entries.at("sub/up").content == "../inside");
  CHECK(entries.at("absolute").content == "/etc/passwd");
  for (const auto* name : {"gone", "outside", "self", "root", "loop"})
    CHECK(entries.count(name) == 0);
  CHECK(setup.mirror.read_file(commit, std::string(path) + "/PKGBUILD") == "pkgname=x\n");
  CHECK(setup.mirror.read_file(commit, "p/fix.patch") == "fix");
  for (const auto* name : {"p/gone", "p/outside", "p/absolute", "p/loop", "p/root", "p/all"})
    CHECK_FALSE(setup.mirror.read_file(commit, name));
}

TEST_CASE("copies of copies are bounded") {
  ContentSetup setup;
  for (int i = 0; i < 20; ++i)
    for (int j = 0; j < 20; ++j) {
      const auto path = setup.remote.path() / ("d" + std::to_string(i)) / std::to_string(j);
      fs::create_directories(path.parent_path());
      fs::create_symlink("../d" + std::to_string(j), path);
    }
  setup.remote.commit({{"PKGBUILD", "x"}});
  CHECK_THROWS_AS(setup.tar(setup.fetch(), "d0"), Error);
}

TEST_CASE("a tree's name tells whether anything of it is another") {
  ContentSetup setup;
  fs::create_directories(setup.remote.path() / "p");
  fs::create_symlink("../common", setup.remote.path() / "p/common");
  setup.remote.commit({{"p/PKGBUILD", "x"}, {"common", "a"}, {"other/PKGBUILD", "x"}});
  const auto name = [&](const std::string& path) {
    return setup.mirror.content(setup.fetch(), path).tree;
  };
  const auto before = name("p");
  CHECK(before != name("other"));
  setup.remote.commit({{"other/PKGBUILD", "y"}, {"README", "z"}});
  CHECK(name("p") == before);
  const auto root = name("");
  SECTION("a file") {
    setup.remote.commit({{"p/PKGBUILD", "y"}});
  }
  SECTION("a name") {
    setup.remote.commit({{"p/more", ""}});
  }
  SECTION("a mode") {
    fs::permissions(setup.remote.path() / "p/PKGBUILD", fs::perms::owner_all);
    setup.remote.commit({});
  }
  SECTION("what a link leads to") {
    setup.remote.commit({{"common", "b"}});
  }
  CHECK(name("p") != before);
  CHECK(name("") != root);
}

TEST_CASE("links that lead to nothing in the repository are told by name") {
  ContentSetup setup;
  fs::create_directories(setup.remote.path() / "p/d");
  fs::create_symlink("../../passwd", setup.remote.path() / "p/out");
  fs::create_symlink("../../gone", setup.remote.path() / "p/d/gone");
  fs::create_symlink("../p", setup.remote.path() / "p/endless");
  fs::create_symlink("d", setup.remote.path() / "p/fine");
  setup.remote.commit({{"p/PKGBUILD", "x"}});
  CHECK(setup.mirror.content(setup.fetch(), "p").left_out ==
        std::vector<std::string>{"d/gone", "endless", "out"});
  CHECK(setup.mirror.content(setup.fetch(), "p/d").left_out == std::vector<std::string>{"gone"});
}

TEST_CASE("a directory whose tree is known is known again without being read") {
  ContentSetup setup;
  fs::create_directories(setup.remote.path() / "linked");
  fs::create_symlink("../p/PKGBUILD", setup.remote.path() / "linked/PKGBUILD");
  fs::create_symlink("p", setup.remote.path() / "alias");
  setup.remote.commit({{"p/PKGBUILD", "x"}, {"other/PKGBUILD", "y"}});
  const auto commit = setup.fetch();
  const auto knows = [&](const std::string& path, const std::string& tree) {
    return setup.mirror.surely_has_tree(commit, path, tree);
  };
  const auto tree = setup.mirror.content(commit, "p").tree;
  CHECK(tree == setup.remote.run({"rev-parse", "HEAD:p"}));
  CHECK(knows("p", tree));
  CHECK(knows("alias", tree));
  CHECK_FALSE(knows("other", tree));
  CHECK_FALSE(knows("gone", tree));
  CHECK_FALSE(knows("p/PKGBUILD", setup.remote.run({"rev-parse", "HEAD:p/PKGBUILD"})));
  CHECK_FALSE(knows("other/../p", tree));
  CHECK_FALSE(knows("p", ""));
  // What its links lead to isn't in its own tree.
  CHECK(setup.mirror.content(commit, "linked").tree !=
        setup.remote.run({"rev-parse", "HEAD:linked"}));
  CHECK_FALSE(knows("linked", setup.mirror.content(commit, "linked").tree));
}

TEST_CASE("a file that is too long is not read") {
  ContentSetup setup;
  setup.remote.commit({{"PKGBUILD", std::string(1001, 'x')}});
  const auto commit = setup.fetch();
  CHECK(setup.mirror.read_file(commit, "PKGBUILD", 1001)->size() == 1001);
  CHECK_THROWS_WITH(setup.mirror.read_file(commit, "PKGBUILD", 1000),
                    ContainsSubstring("longer than 1000 bytes"));
}

TEST_CASE("a name of a commit that is none never reaches git") {
  ContentSetup setup;
  setup.remote.commit({{"PKGBUILD", "x"}});
  setup.fetch();
  for (const auto* commit : {"main", "HEAD", "--help", "", "HEAD:PKGBUILD"}) {
    CHECK_THROWS_AS(setup.mirror.read_file(commit, "PKGBUILD"), Error);
    CHECK_THROWS_AS(setup.tar(commit), Error);
  }
}

TEST_CASE("what the receiver of a tar stream throws comes out") {
  ContentSetup setup;
  setup.remote.commit({{"PKGBUILD", std::string(100'000, 'x')}});
  const auto commit = setup.fetch();
  struct Full {};
  CHECK_THROWS_AS(export_tar(
                      setup.mirror, commit, "", 0, [](std::string_view) { throw Full(); }, kNever),
                  Full);
}

TEST_CASE("trees of other commits are compared, as long as they are there") {
  ContentSetup setup;
  setup.remote.commit({{"p/PKGBUILD", "x"}, {"p/notes", "1"}, {"q/PKGBUILD", "x"}});
  const auto before = setup.mirror.content(setup.fetch(), "p").tree;
  setup.remote.commit({{"p/notes", "2"}});
  const auto commit = setup.fetch();
  const auto tree = [&](const std::string& path) {
    return setup.mirror.content(commit, path).tree;
  };
  const auto alike = [&](const std::string& one, const std::string& other) {
    return setup.mirror.are_alike(commit, one, other, {"notes"});
  };
  CHECK(alike(tree("p"), before));
  CHECK(alike(tree("q"), before));
  CHECK_FALSE(alike(tree(""), before));
  CHECK_FALSE(setup.mirror.are_alike(commit, tree("p"), before, {"PKGBUILD"}));
  for (const auto& unknown : {std::string(40, '0'), std::string(64, 'a'), std::string()})
    CHECK_FALSE(alike(tree("p"), unknown));
}
