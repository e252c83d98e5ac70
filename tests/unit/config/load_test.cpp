#include "config/load.hpp"

#include <filesystem>

#include "tests/catch.hpp"
#include "tests/unit/config/fixture.hpp"

using namespace pkgkiln;
using namespace std::chrono_literals;
using config::test::Fixture;

TEST_CASE("without a file everything has its default") {
  Fixture fixture;
  const auto result = fixture.load();
  const auto& settings = result.settings;
  CHECK(result.origins.empty());
  CHECK(result.notices.empty());
  CHECK(settings.file.empty());
  CHECK(settings.runtime.kind == "auto");
  CHECK(settings.image.base == "docker.io/library/archlinux:latest");
  CHECK(settings.build.timeout == 2h);
  CHECK(settings.build.state_dir == fixture.path("home/.local/state/pkgkiln"));
  REQUIRE(settings.repositories.size() == 1);
  CHECK(settings.repositories[0].name == "pkgkiln");
  CHECK(settings.repositories[0].path == fixture.path("home/.local/share/pkgkiln/repository"));
  CHECK(settings.targets.empty());
}

TEST_CASE("the XDG directories are respected") {
  Fixture fixture;
  fixture.env("XDG_STATE_HOME", "/x/state").env("XDG_DATA_HOME", "/x/data");
  fixture.request.home.clear();
  const auto settings = fixture.settings();
  CHECK(settings.build.state_dir == "/x/state/pkgkiln");
  CHECK(settings.repositories[0].path == "/x/data/pkgkiln/repository");
}

TEST_CASE("root's repository is where others can read it") {
  Fixture fixture;
  fixture.request.shared_data = "/var/lib/x";
  CHECK(fixture.settings().repositories[0].path == "/var/lib/x/repository");
  CHECK(fixture.settings().build.state_dir == fixture.path("home/.local/state/pkgkiln"));
  SECTION("unless one is there already where it was") {
    fixture.write("home/.local/share/pkgkiln/repository/pkgkiln/x86_64/pkgkiln.db", "");
    CHECK(fixture.settings().repositories[0].path ==
          fixture.path("home/.local/share/pkgkiln/repository"));
  }
  SECTION("or the place for data is named") {
    fixture.env("XDG_DATA_HOME", "/x/data");
    CHECK(fixture.settings().repositories[0].path == "/x/data/pkgkiln/repository");
  }
}

TEST_CASE("without a home the directories must be set") {
  Fixture fixture;
  fixture.request.home.clear();
  CHECK(fixture.problems() ==
        std::vector<std::string>{
            "build.state_dir: no home directory is known, set it, HOME or XDG_STATE_HOME",
            "repositories.path: no home directory is known, set it, HOME or "
            "XDG_DATA_HOME"});
  fixture.file(
      "[build]\nstate_dir = \"state\"\n[[repositories]]\nname = \"a\"\npath = \"~/repo\"\n");
  CHECK(fixture.problem() ==
        "pkgkiln.toml:5:8: repositories.path: expected a path without \"~\" (HOME is not set), "
        "found \"~/repo\"");
}

TEST_CASE("every kind of value is read from the file") {
  Fixture fixture;
  fixture.write("conf/pkgkiln.toml", R"(
[runtime]
kind = "podman"
socket = "unix:///run/podman.sock"
add_hosts = ["a.example.com:192.0.2.1", "b:host-gateway", "c:2001:db8::1"]
[image]
base = "registry.example.com:5000/arch:base"
refresh = 0
packages = ["ccache", "rust"]
pacman_conf = "pacman.conf"
makepkg_conf = "../makepkg.conf"
mirrorlist = "~/mirrorlist"
[build]
timeout = "90s"
memory = 8388608
cpus = 2
pids = 100
state_dir = "/var/lib/pkgkiln"
packager = "Jane Doe <jane@example.com>"
makeflags = "-j3 V=1"
[vieter]
address = "https://vieter.example.com/"
api_key = "key"
)");
  fixture.request.file = "conf/pkgkiln.toml";
  const auto settings = fixture.settings();
  CHECK(settings.file == "conf/pkgkiln.toml");
  CHECK(settings.runtime.kind == "podman");
  CHECK(settings.runtime.socket == "unix:///run/podman.sock");
  CHECK(settings.runtime.add_hosts ==
        std::vector<std::string>{"a.example.com:192.0.2.1", "b:host-gateway", "c:2001:db8::1"});
  CHECK(settings.image.base == "registry.example.com:5000/arch:base");
  CHECK(settings.image.refresh == 0s);
  CHECK(settings.image.packages == std::vector<std::string>{"ccache", "rust"});
  CHECK(settings.image.pacman_conf == fixture.path("conf/pacman.conf"));
  CHECK(settings.image.makepkg_conf == fixture.path("makepkg.conf"));
  CHECK(settings.image.mirrorlist == fixture.path("home/mirrorlist"));
  CHECK(settings.build.timeout == 90s);
  CHECK(settings.build.memory == 8U << 20U);
  CHECK(settings.build.cpus == 2.0);
  CHECK(settings.build.pids == 100);
  CHECK(settings.build.state_dir == "/var/lib/pkgkiln");
  CHECK(settings.build.packager == "Jane Doe <jane@example.com>");
  CHECK(settings.build.makeflags == "-j3 V=1");
  CHECK(settings.vieter.address == "https://vieter.example.com");
  CHECK(settings.vieter.api_key.reveal() == "key");
}

TEST_CASE("an empty text takes a setting back where there may be none") {
  Fixture fixture;
  fixture.file("[runtime]\nsocket = \"\"\n[image]\nmirrorlist = \"\"\n[build]\nstate_dir = \"\"\n");
  const auto settings = fixture.settings();
  CHECK(settings.runtime.socket.empty());
  CHECK(settings.image.mirrorlist.empty());
  CHECK(settings.build.state_dir == fixture.path("home/.local/state/pkgkiln"));
}

TEST_CASE("flags beat environment, environment beats file, file beats defaults") {
  Fixture fixture;
  fixture.file("[build]\ntimeout = \"1h\"\n");
  CHECK(fixture.settings().build.timeout == 1h);
  CHECK(fixture.load().origins.at("build.timeout").text() == "pkgkiln.toml:2");
  fixture.env("PKGKILN_BUILD_TIMEOUT", "3h");
  CHECK(fixture.settings().build.timeout == 3h);
  CHECK(fixture.load().origins.at("build.timeout").text() == "environment PKGKILN_BUILD_TIMEOUT");
  fixture.set("build.timeout", "4h");
  CHECK(fixture.settings().build.timeout == 4h);
  CHECK(fixture.load().origins.at("build.timeout").text() == "--set");
  fixture.set("build.timeout", "5h");
  CHECK(fixture.settings().build.timeout == 5h);
}

TEST_CASE("an API key in a file that everyone may read is told") {
  Fixture fixture;
  fixture.file("[vieter]\napi_key = \"s3cr3t\"\n");
  CHECK(fixture.load().notices.empty());
  namespace fs = std::filesystem;
  fs::permissions(fixture.path("pkgkiln.toml"), fs::perms::others_read, fs::perm_options::add);
  CHECK(fixture.load().notices ==
        std::vector<std::string>{"'" + fixture.path("pkgkiln.toml").string() +
                                 "' holds vieter.api_key and everyone may read it: chmod o-r it, "
                                 "or use VIETER_API_KEY_FILE"});
  fixture.file("[notify]\nmatrix_token = \"s3cr3t\"\n");
  fs::permissions(fixture.path("pkgkiln.toml"), fs::perms::others_read, fs::perm_options::add);
  REQUIRE(fixture.load().notices.size() == 1);
  CHECK(fixture.load().notices[0].ends_with("or use PKGKILN_NOTIFY_MATRIX_TOKEN_FILE"));
  fixture.file("[build]\npids = 100\n");
  fs::permissions(fixture.path("pkgkiln.toml"), fs::perms::others_read, fs::perm_options::add);
  CHECK(fixture.load().notices.empty());
}

TEST_CASE("a key file needs the name of its key") {
  Fixture fixture;
  fixture.file("[sign]\nkey_file = \"k.asc\"\n");
  CHECK(fixture.problem() ==
        "pkgkiln.toml:2:12: sign.key: expected one, since sign.key_file is set");
  // A switch to turn it off.
  fixture.file("[sign]\nkey = \"\"\nkey_file = \"k.asc\"\n");
  CHECK(fixture.settings().sign.key.empty());
}

TEST_CASE("it is told that a server's repositories are not signed") {
  Fixture fixture;
  const std::string server =
      "[vieter]\naddress = \"https://vieter.example.com\"\napi_key = \"k\"\n[sign]\nkey = \"K\"\n";
  fixture.file(server);
  std::filesystem::permissions(fixture.path("pkgkiln.toml"), std::filesystem::perms::owner_read);
  CHECK(fixture.load().notices ==
        std::vector<std::string>{
            "what is published on the Vieter server is not signed: it takes no signatures"});
  fixture.file(server + "[[repositories]]\nname = \"mine\"\npath = \"/srv\"\n");
  std::filesystem::permissions(fixture.path("pkgkiln.toml"), std::filesystem::perms::owner_read);
  CHECK(fixture.load().notices.empty());
}
