#include "config/initial.hpp"

#include "config/edit.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/config/fixture.hpp"

namespace pkgkiln::config::test {

namespace {

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

void write_recipe(const fs::path& folder) {
  fs::create_directories(folder);
  write_file_atomically(folder / "PKGBUILD", "pkgname=x\n", 0644);
}

}  // namespace

TEST_CASE("a first configuration says what was chosen, whatever is in its names") {
  InitialChoice choice{"podman 4.3.1\n[evil]", "mine", "/srv/a \"b\"/c"};
  choice.state_dir = "/var/lib/x";
  choice.targets = {{"/home/jane/p \"q\"", "*"}, {"https://example.com/foo.git", ""}};
  Fixture fixture;
  fixture.file(initial_text(choice));
  const auto settings = load(fixture.request).settings;
  REQUIRE(settings.repositories.size() == 1);
  CHECK(settings.repositories[0].name == "mine");
  CHECK(settings.repositories[0].path == "/srv/a \"b\"/c");
  CHECK(settings.build.state_dir == "/var/lib/x");
  REQUIRE(settings.targets.size() == 2);
  CHECK(settings.targets[0].url == "/home/jane/p \"q\"");
  CHECK(settings.targets[0].path == "*");
  CHECK(settings.targets[1].url == "https://example.com/foo.git");
  CHECK(settings.targets[1].path.empty());
  CHECK_THAT(initial_text(choice), ContainsSubstring("podman 4.3.1 [evil]"));
}

TEST_CASE("a first configuration without targets says how there come to be some") {
  Fixture fixture;
  const auto text = initial_text({"", "mine", "/srv/pacman"});
  fixture.file(text);
  CHECK(load(fixture.request).settings.targets.empty());
  CHECK_THAT(text, ContainsSubstring("#[[targets]]") && ContainsSubstring("pkgkiln add NAME") &&
                       ContainsSubstring("#   [mine]\n#   SigLevel = Optional TrustAll\n"
                                         "#   Server = file:///srv/pacman/mine/$arch\n"));
}

TEST_CASE("a place is a Git URL, or a folder with PKGBUILDs") {
  const TempDir dir;
  const auto home = dir.path();
  write_recipe(home / "one");
  write_recipe(home / "many" / "a");
  fs::create_directories(home / "none" / "empty");
  const auto at = [&](const std::string& place) {
    const auto target = target_at(place, home);
    return target.url + " " + target.path;
  };
  for (const auto* url : {"https://example.com/foo.git", "git@example.com:foo.git", "ssh://x/y"})
    CHECK(at(url) == std::string(url) + " ");
  CHECK(at("~/one") == (home / "one").string() + " ");
  CHECK(at((home / "one" / "PKGBUILD").string()) == (home / "one").string() + " ");
  CHECK(at((home / "many").string() + "/") == (home / "many").string() + " *");
  CHECK_THROWS_WITH(at("~/none"), ContainsSubstring("there is no PKGBUILD in"));
  CHECK_THROWS_WITH(at("~/gone"), ContainsSubstring("there is no folder"));
}

TEST_CASE("a first configuration replaces none") {
  Fixture fixture;
  fixture.file("");
  CHECK_THROWS_WITH(FileEdit(fixture.request, FileEdit::Of::new_file),
                    ContainsSubstring("there is a configuration already"));
  fixture.request.file = fixture.path("new/config.toml");
  FileEdit edit(fixture.request, FileEdit::Of::new_file);
  edit.begin(initial_text({"", "mine", "/srv/pacman"}));
  edit.write();
  CHECK(load(fixture.request).settings.repositories.at(0).name == "mine");
  CHECK_THROWS_AS(edit.write(), Error);
}

}  // namespace pkgkiln::config::test
