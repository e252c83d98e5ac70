#include "tests/catch.hpp"
#include "tests/unit/config/fixture.hpp"

using namespace pkgkiln;
using config::test::Fixture;

namespace {

const std::string repositories =
    "[[repositories]]\nname = \"one\"\npath = \"one\"\n"
    "[[repositories]]\nname = \"two\"\npath = \"two\"\n";

std::string target_problem(const std::string& toml) {
  Fixture fixture;
  return fixture.file(toml).problem();
}

}  // namespace

TEST_CASE("a target has what was configured") {
  Fixture fixture;
  fixture.file(repositories +
               "[[targets]]\n"
               "name = \"foo@git\"\n"
               "url = \"ssh://git@example.com:22/foo.git\"\n"
               "branch = \"release/1.0\"\n"
               "path = \"./packages//foo/\"\n"
               "repository = \"two\"\n"
               "arch = [\"x86_64\", \"any\"]\n"
               "network = true\n"
               "force = true\n");
  const auto targets = fixture.settings().targets;
  REQUIRE(targets.size() == 1);
  CHECK(targets[0].name == "foo@git");
  CHECK(targets[0].kind == TargetKind::git);
  CHECK(targets[0].url == "ssh://git@example.com:22/foo.git");
  CHECK(targets[0].branch == "release/1.0");
  CHECK(targets[0].path == "packages/foo");
  CHECK(targets[0].repository == "two");
  CHECK(targets[0].arch == std::vector<std::string>{"x86_64", "any"});
  CHECK(targets[0].network);
  CHECK(targets[0].force);
  CHECK(targets[0].origin == "pkgkiln.toml:7");
}

TEST_CASE("what a target owns may stand under the key's former name, which is told once") {
  Fixture fixture;
  fixture.file(repositories +
               "[[targets]]\nurl = \"https://example.com/a.git\"\npackages = [\"sudo\"]\n"
               "[[targets]]\nurl = \"https://example.com/b.git\"\npackages = [\"bash\"]\n"
               "[[targets]]\nurl = \"https://example.com/c.git\"\nowns = [\"tar\"]\n");
  const auto loaded = fixture.load();
  const auto& targets = loaded.settings.targets;
  REQUIRE(targets.size() == 3);
  CHECK(targets[0].owns == std::vector<std::string>{"sudo"});
  CHECK(targets[1].owns == std::vector<std::string>{"bash"});
  CHECK(targets[2].owns == std::vector<std::string>{"tar"});
  CHECK(loaded.notices ==
        std::vector<std::string>{"pkgkiln.toml:9: targets.packages is called owns now"});
}

TEST_CASE("a target needs no more than a URL") {
  Fixture fixture;
  fixture.file(repositories +
               "[[targets]]\nurl = \"https://example.com/Foo.git\"\n"
               "[[targets]]\nkind = \"url\"\nurl = \"https://example.com/bar/PKGBUILD\"\n");
  const auto targets = fixture.settings().targets;
  REQUIRE(targets.size() == 2);
  CHECK(targets[0].name == "foo");
  CHECK(targets[0].repository == "one");
  CHECK(targets[0].arch.empty());
  CHECK_FALSE(targets[0].network);
  CHECK_FALSE(targets[0].force);
  CHECK(targets[1].name == "bar");
  CHECK(targets[1].kind == TargetKind::url);
}

TEST_CASE("names are unique, given or derived") {
  CHECK(target_problem("[[targets]]\n"
                       "url = \"https://example.com/a/foo\"\n"
                       "[[targets]]\n"
                       "name = \"foo\"\n"
                       "url = \"https://example.com/b\"\n") ==
        "pkgkiln.toml:4:8: targets.name: expected a name of its own, found \"foo\" again (first at "
        "pkgkiln.toml:1:1)");
  CHECK(target_problem("[[targets]]\nurl = \"https://example.com/a/foo\"\n"
                       "[[targets]]\nurl = \"https://example.com/b/foo\"\n") ==
        "pkgkiln.toml:3:1: targets.name: expected a name of its own, found \"foo\" again (first at "
        "pkgkiln.toml:1:1)");
  CHECK(target_problem("[[repositories]]\nname = \"a\"\npath = \"1\"\n"
                       "[[repositories]]\nname = \"a\"\npath = \"2\"\n") ==
        "pkgkiln.toml:5:8: repositories.name: expected a name of its own, found \"a\" again (first "
        "at pkgkiln.toml:2:8)");
}

TEST_CASE("a target that can't be named needs a name") {
  const std::string text =
      "pkgkiln.toml:2:7: targets.name: expected one, since none can be made from "
      "\"https://example.com\"";
  CHECK(target_problem("[[targets]]\nurl = \"https://example.com\"\n") == text);
  CHECK(target_problem("[[targets]]\nurl = \"https://example.com\"\nname = \"\"\n") == text);
}

TEST_CASE("names that were refused are told once") {
  Fixture fixture;
  fixture.file(
      "[[targets]]\nname = \"A\"\nurl = \"https://example.com/x\"\n"
      "[[targets]]\nname = \"B\"\nurl = \"https://example.com/x\"\n");
  const std::string expected =
      "targets.name: expected a name of lower-case letters, digits and @._+- that does not begin "
      "with . or -, at most 128 bytes, found ";
  CHECK(fixture.problems() == std::vector<std::string>{"pkgkiln.toml:2:8: " + expected + "\"A\"",
                                                       "pkgkiln.toml:5:8: " + expected + "\"B\""});
}

TEST_CASE("a target's repository is a configured one") {
  CHECK(target_problem(repositories + "[[targets]]\nurl = \"/srv/a\"\nrepository = \"three\"\n") ==
        "pkgkiln.toml:9:14: targets.repository: expected a configured repository (\"one\", "
        "\"two\"), found \"three\"");
  CHECK(target_problem("[[targets]]\nurl = \"/srv/a\"\nrepository = \"three\"\n") ==
        "pkgkiln.toml:3:14: targets.repository: expected a configured repository (\"pkgkiln\"), "
        "found \"three\"");
}

TEST_CASE("a repository that was refused is not missed by its targets as well") {
  CHECK(target_problem("[[repositories]]\nname = \"local\"\npath = \"1\"\n"
                       "[[targets]]\nurl = \"/srv/a\"\nrepository = \"mine\"\n") ==
        "pkgkiln.toml:2:8: repositories.name: expected another name (pacman keeps \"local\" for "
        "itself), found \"local\"");
}

TEST_CASE("the PKGBUILD at a URL has neither branch nor path and is downloaded") {
  Fixture fixture;
  fixture.file(
      "[[targets]]\nkind = \"url\"\nname = \"a\"\n"
      "url = \"git@example.com:a/PKGBUILD\"\nbranch = \"main\"\npath = \"b\"\n");
  CHECK(fixture.problems() ==
        std::vector<std::string>{
            "pkgkiln.toml:4:7: targets.url: expected an https, http or file URL for kind = "
            "\"url\", found \"git@example.com:a/PKGBUILD\"",
            "pkgkiln.toml:5:10: targets.branch: expected none for kind = \"url\", found \"main\"",
            "pkgkiln.toml:6:8: targets.path: expected none for kind = \"url\", found \"b\""});
  CHECK(target_problem("[[targets]]\nurl = \"/srv/a\"\nkind = \"hg\"\n") ==
        "pkgkiln.toml:3:8: targets.kind: expected \"git\" or \"url\", found \"hg\"");
}

TEST_CASE("a repository has a name, and a path unless a server keeps it") {
  const std::string no_path =
      "repositories.path: expected a directory, since no vieter.address is set";
  Fixture fixture;
  fixture.file("[[repositories]]\n");
  CHECK(fixture.problems() ==
        std::vector<std::string>{
            "pkgkiln.toml:1:1: repositories.name: expected one such as \"pkgkiln\", found none",
            "pkgkiln.toml:1:1: " + no_path});
  CHECK(target_problem("[[repositories]]\nname = \"a\"\npath = \"\"\n") ==
        "pkgkiln.toml:3:8: " + no_path);
  const auto settings = Fixture()
                            .file(
                                "[vieter]\naddress = \"http://e.org\"\napi_key = \"k\"\n"
                                "[[repositories]]\nname = \"a\"\n")
                            .settings();
  REQUIRE(settings.repositories.size() == 1);
  CHECK(settings.repositories[0].path.empty());
}

TEST_CASE("with a server and no list of repositories a target may name any of the server's") {
  const std::string server = "[vieter]\naddress = \"http://e.org/\"\napi_key = \"k\"\n";
  const auto settings = Fixture()
                            .file(server +
                                  "[[targets]]\nurl = \"/srv/a\"\n[[targets]]\n"
                                  "url = \"/srv/b\"\nrepository = \"mine\"\n")
                            .settings();
  CHECK(settings.repositories.empty());
  REQUIRE(settings.targets.size() == 2);
  CHECK(settings.targets[0].repository == "vieter");
  CHECK(settings.targets[1].repository == "mine");
  CHECK(target_problem(server + "[[repositories]]\nname = \"a\"\n[[targets]]\nurl = \"/srv/b\"\n"
                                "repository = \"b\"\n") ==
        "pkgkiln.toml:8:14: targets.repository: expected a configured repository (\"a\"), found "
        "\"b\"");
}

TEST_CASE("a server without its key is refused") {
  CHECK(target_problem("[vieter]\naddress = \"http://e.org\"\n") ==
        "pkgkiln.toml:2:11: vieter.api_key: expected the server's key, since vieter.address is set "
        "(VIETER_API_KEY_FILE names a file that holds it)");
}

TEST_CASE("only a repository with a path can be pruned") {
  Fixture fixture;
  fixture.file(
      "[vieter]\naddress = \"https://v.example.com\"\napi_key = \"k\"\n"
      "[[repositories]]\nname = \"a\"\npath = \"/srv\"\nprune = true\n"
      "[[repositories]]\nname = \"b\"\nprune = true\n");
  CHECK(
      fixture.problems() ==
      std::vector<std::string>{"pkgkiln.toml:10:9: repositories.prune: expected false, since only "
                               "a repository with a path can be pruned"});
}

TEST_CASE("a path may be a pattern, whose directories give the names") {
  Fixture fixture;
  fixture.file(repositories +
               "[[targets]]\n"
               "url = \"https://example.com/packages.git\"\n"
               "path = \"./packages//*/\"\n"
               "exclude = [\"packages/old\", \"lib32-*\"]\n"
               "[[targets]]\n"
               "url = \"https://example.com/packages.git\"\n"
               "path = 'a\\*b'\n"
               "checkout = \"repository\"\n");
  const auto targets = fixture.settings().targets;
  REQUIRE(targets.size() == 2);
  CHECK(targets[0].path == "packages/*");
  CHECK(targets[0].name.empty());
  CHECK(targets[0].exclude == std::vector<std::string>{"packages/old", "lib32-*"});
  CHECK(targets[0].checkout == Checkout::directory);
  CHECK(targets[1].name == "a-b");
  CHECK(targets[1].checkout == Checkout::repository);
}

TEST_CASE("what does not go with a pattern, or without one, is refused") {
  const std::string url = "[[targets]]\nurl = \"https://example.com/a\"\n";
  CHECK(target_problem(url + "path = \"*\"\nname = \"a\"\n") ==
        "pkgkiln.toml:4:8: targets.name: expected none where path stands for many directories, "
        "which give the names, found \"a\"");
  CHECK(target_problem(url + "exclude = [\"b\"]\n") ==
        "pkgkiln.toml:3:11: targets.exclude: expected none unless path is a pattern such as "
        "\"*\", found 1 of them");
  CHECK(target_problem(url + "path = \"*\"\nexclude = [\"./\"]\n") ==
        "pkgkiln.toml:4:12: targets.exclude: expected a directory below the root, or a pattern, "
        "found \"./\"");
  CHECK(target_problem(url + "checkout = \"all\"\n") ==
        "pkgkiln.toml:3:12: targets.checkout: expected \"directory\", \"repository\" or "
        "\"clone\", found \"all\"");
  CHECK(target_problem("[[targets]]\nkind = \"url\"\nurl = \"https://example.com/a/PKGBUILD\"\n"
                       "checkout = \"repository\"\n") ==
        "pkgkiln.toml:4:12: targets.checkout: expected none for kind = \"url\", found "
        "\"repository\"");
}

TEST_CASE("a URL may be a folder, named as paths are") {
  Fixture fixture;
  fixture.request.home = "/home/jane";
  fixture.file(repositories +
               "[[targets]]\nurl = \"~/pkgbuilds\"\n"
               "[[targets]]\nurl = \"./my packages/\"\n"
               "[[targets]]\nname = \"here\"\nurl = \".\"\n"
               "[[targets]]\nurl = \"/srv//a/../b\"\n"
               "[[targets]]\nurl = \"git@example.com:c\"\n");
  const auto targets = fixture.settings().targets;
  REQUIRE(targets.size() == 5);
  CHECK(targets[0].url == "/home/jane/pkgbuilds");
  CHECK(targets[0].name == "pkgbuilds");
  CHECK(targets[1].url == fixture.path("my packages").string());
  CHECK(targets[2].url == fixture.path("x").parent_path().string());
  CHECK(targets[3].url == "/srv/b");
  CHECK(targets[4].url == "git@example.com:c");
}

TEST_CASE("a target may be a package of the AUR, or several, instead of a URL") {
  Fixture fixture;
  fixture.file(repositories +
               "[aur]\nurl = \"http://aur.example:8080/\"\ndump_from = 7\n"
               "[[targets]]\naur = \"paru\"\nname = \"helper\"\nnetwork = true\n"
               "[[targets]]\naur = [\"ceph-mds\", \"Yay\"]\nrepository = \"two\"\n");
  const auto settings = fixture.settings();
  CHECK(settings.aur.url == "http://aur.example:8080");
  CHECK(settings.aur.dump_from == 7);
  const auto& targets = settings.targets;
  REQUIRE(targets.size() == 2);
  CHECK(targets[0].aur_names == std::vector<std::string>{"paru"});
  CHECK(targets[0].name == "helper");
  CHECK(targets[0].network);
  CHECK(targets[1].aur_names == std::vector<std::string>{"ceph-mds", "Yay"});
  CHECK(targets[1].name.empty());
  CHECK(targets[1].repository == "two");
}

TEST_CASE("a package of the AUR has no place of its own") {
  const auto problem = [](const std::string& lines) {
    return target_problem("[[targets]]\naur = " + lines + "\n");
  };
  CHECK(problem("\"a\"\nurl = \"https://e.org/a.git\"")
            .find("targets.url: expected none beside aur") != std::string::npos);
  CHECK(problem("\"a\"\npath = \"*\"").find("targets.path: expected none beside aur") !=
        std::string::npos);
  CHECK(problem("\"a\"\nbranch = \"x\"").find("targets.branch: expected none beside aur") !=
        std::string::npos);
  CHECK(problem("\"a\"\nkind = \"url\"").find("targets.kind: expected none beside aur") !=
        std::string::npos);
  CHECK(problem("[\"a\", \"b\"]\nname = \"x\"").find("targets.name: expected none") !=
        std::string::npos);
  CHECK(problem("[\"-a\"]").find("targets.aur: expected the name of a package") !=
        std::string::npos);
  CHECK(problem("7").find("targets.aur: expected text or an array of texts") != std::string::npos);
}
