#include "config/render.hpp"

#include <cstdlib>
#include <sstream>

#include "config/keys.hpp"
#include "tests/catch.hpp"
#include "tests/source_dir.hpp"
#include "tests/unit/config/fixture.hpp"

using namespace pkgkiln;
using namespace pkgkiln::config;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::config::test::Fixture;

namespace {

/// The example with every setting and table that is commented out taken in.
std::string uncommented(const std::string& example) {
  std::istringstream lines(example);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool setting = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    text += (setting ? line.substr(1) : line) + "\n";
  }
  return text;
}

/// Compares with a file of contrib/, or makes it so.
void check_golden(const char* file, const std::string& expected) {
  const auto path = pkgkiln::test::source_dir() / "contrib" / file;
  if (std::getenv("PKGKILN_UPDATE_GOLDEN") != nullptr) write_file_atomically(path, expected);
  CHECK(read_file(path) == expected);
}

}  // namespace

TEST_CASE("contrib/pkgkiln.example.toml is what the table of keys says") {
  check_golden("pkgkiln.example.toml", render_example());
}

TEST_CASE("contrib/man/pkgkiln.toml.5 has what the table of keys says") {
  auto page = read_file(pkgkiln::test::source_dir() / "contrib/man/pkgkiln.toml.5");
  const std::string begin = "with PKGKILN_UPDATE_GOLDEN=1.\n";
  const auto made = page.find(begin);
  const auto end = page.find(".\\\" End of what is made.\n");
  REQUIRE(made < end);
  REQUIRE(end != std::string::npos);
  const auto place = made + begin.size();
  check_golden("man/pkgkiln.toml.5", page.replace(place, end - place, keys_as_roff()));
}

TEST_CASE("the example changes nothing as it stands") {
  Fixture plain, example;
  example.request.env["XDG_STATE_HOME"] = plain.request.env["XDG_STATE_HOME"] = "/state";
  example.request.env["XDG_DATA_HOME"] = plain.request.env["XDG_DATA_HOME"] = "/data";
  example.file(render_example());
  const auto result = example.load();
  CHECK(result.origins.empty());
  auto text = render_effective(result);
  CHECK(text.substr(text.find('\n')) == render_effective(plain.load()).substr(23));
}

TEST_CASE("the example can be uncommented in full") {
  Fixture fixture;
  auto text = uncommented(render_example());
  for (const auto& key : keys())
    CHECK_THAT(text, ContainsSubstring("\n" + std::string(key.name) + " = "));
  const auto settings = fixture.file(text).settings();
  CHECK(settings.build.memory == 4ULL << 30U);
  CHECK(settings.vieter.api_key.reveal() == "secret");
  REQUIRE(settings.repositories.size() == 1);
  CHECK(settings.repositories[0].path == fixture.path("home/.local/share/pkgkiln/repository"));
  REQUIRE(settings.targets.size() == 1);
  CHECK(settings.targets[0].name == "hello");
}

TEST_CASE("the effective settings say where each came from") {
  Fixture fixture;
  fixture.write("key", "s3cr3t\n");
  fixture.env("XDG_STATE_HOME", "/state").env("VIETER_API_KEY_FILE", "key");
  fixture.env("PKGKILN_RUNTIME_KIND", "docker").set("build.cpus", "1.5");
  fixture.file(
      "[build]\n"
      "timeout = 5400\n"
      "memory = \"1GiB\"\n"
      "[[repositories]]\n"
      "name = \"mine\"\n"
      "path = \"/srv/mine\"\n"
      "[[targets]]\n"
      "url = \"https://jane:pw@example.com/a.git?token=abc\"\n"
      "arch = [\"x86_64\", \"any\"]\n");
  const auto text = render_effective(fixture.load());
  CHECK(text == R"(# configuration file: pkgkiln.toml

[runtime]
kind = "docker"  # environment PKGKILN_RUNTIME_KIND
socket = ""  # default
add_hosts = []  # default

[image]
base = "docker.io/library/archlinux:latest"  # default
refresh = "1d"  # default
packages = []  # default
pacman_conf = ""  # default
makepkg_conf = ""  # default
mirrorlist = ""  # default

[build]
timeout = "90min"  # pkgkiln.toml:2
jobs = 0  # default
memory = "1G"  # pkgkiln.toml:3
cpus = 1.5  # --set
pids = 4096  # default
state_dir = "/state/pkgkiln"  # default
packager = ""  # default
makeflags = ""  # default
proxy = ""  # default
retry_failed = "0s"  # default
bump_pkgrel = false  # default
schedule = ""  # default
keep_logs = "90d"  # default
keep_failed = 0  # default
log_size = "32M"  # default
logs_size = "2G"  # default
packages_size = "16G"  # default
unpacked_size = "64G"  # default

[cache]
packages = "4G"  # default
sources = "20G"  # default

[sign]
key = ""  # default
home = ""  # default
key_file = ""  # default
passphrase_file = ""  # default

[vieter]
address = ""  # default
api_key = "*****"  # environment VIETER_API_KEY_FILE
container_address = ""  # default
default_arch = ""  # default
retry_timeout = "1min"  # default

[aur]
url = "https://aur.archlinux.org"  # default
dump_from = 5000  # default
providers = []  # default

[trust]
aur = "recipe"  # default
default = "own"  # default
first = ""  # default
age = "0s"  # default
commit = "check"  # default
maintainers = []  # default

[verify]
archive = ""  # default

[notify]
on = ["failed", "fixed", "held"]  # default
timeout = "1min"  # default
command = []  # default
mail = []  # default
mail_from = ""  # default
sendmail = "/usr/sbin/sendmail"  # default
webhook = ""  # default
ntfy = ""  # default
ntfy_token = ""  # default
matrix = ""  # default
matrix_room = ""  # default
matrix_token = ""  # default

[report]
path = ""  # default
title = "Packages"  # default
url = ""  # default

[[repositories]]
name = "mine"  # pkgkiln.toml:5
path = "/srv/mine"  # pkgkiln.toml:6

[[targets]]
name = "a"  # default
url = "https://***@example.com/a.git?token=***"  # pkgkiln.toml:8
checkout = "directory"  # default
kind = "git"  # default
repository = "mine"  # default
arch = ["x86_64", "any"]  # pkgkiln.toml:9
)");
}

TEST_CASE("the effective settings are a configuration") {
  Fixture first, second;
  first.file("[build]\npackager = \"\\\"Q\\\" \\\\ <q@example.com>\"\n");
  const auto text = render_effective(first.load());
  CHECK(second.file(text).settings().build.packager == "\"Q\" \\ <q@example.com>");
}

TEST_CASE("the manual has every key with its default and its variables") {
  const auto text = keys_as_roff();
  CHECK_THAT(text, ContainsSubstring(
                       ".SS [build]\nHow packages are built.\n"
                       ".TP\n.BR timeout \" (duration, default \\(dq2h\\(dq)\"\n"
                       "The time that one build may take, not counting its wait for a slot.\n"
                       "Environment: PKGKILN_BUILD_TIMEOUT.\n"));
  CHECK_THAT(text, ContainsSubstring("PKGKILN_VIETER_ADDRESS or VIETER_ADDRESS.\n"));
  CHECK_THAT(text, ContainsSubstring(".BR makeflags \" (text, such as \\(dq\\-j4\\(dq)\"\n"));
  CHECK_THAT(text, !ContainsSubstring("PKGKILN_TARGETS"));
  for (const auto& key : keys())
    CHECK_THAT(text, ContainsSubstring(".TP\n.BR " + std::string(key.name) + " \" ("));
}
