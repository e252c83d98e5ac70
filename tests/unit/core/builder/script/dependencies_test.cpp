#include <filesystem>

#include "tests/catch.hpp"
#include "tests/unit/core/builder/script/sandbox.hpp"

namespace fs = std::filesystem;
using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;

namespace {

/// The script with programs that only write down how they were called, and a pacman.conf of its
/// own.
struct Place : test::ScriptSandbox {
  fs::path conf = root / "pacman.conf";

  Place() {
    write_file_atomically(conf, "[options]\n[core]\n");
    program("pacman", R"(case "$1" in
      -S) [ "$2" = --help ] && echo --disable-sandbox ;;
      -T) shift 2; printf '%s\n' "$@" ;;
    esac; exit 0)");
    program("pacman-conf", "echo core; echo extra");
    program("curl", "exit 0");
  }
  void run(const std::map<std::string, std::string>& environment) {
    ScriptSandbox::run(script::dependencies, {"lib>=1", "glibc"}, environment,
                       {{"/etc/pacman.conf", "pacman.conf"}});
  }
};

}  // namespace

TEST_CASE("dependencies are installed, and nothing is configured when nothing is offered") {
  Place place;
  place.run({});
  CHECK(place.code == 0);
  CHECK(read_file(place.conf) == "[options]\n[core]\n");
  CHECK_THAT(place.called(),
             EndsWith("pacman -Syu --noconfirm --ask 4 --disable-sandbox --print --print-format "
                      "pkgkiln-plan %r %s %l\n"
                      "pacman -T -- lib>=1 glibc\n"
                      "pacman -Qq\n"
                      "pacman -S --noconfirm --ask 4 --disable-sandbox --needed --asdeps -- lib>=1 "
                      "glibc\n"));
}

TEST_CASE("what can't be planned is not tried") {
  Place place;
  place.program("pacman", "[ \"$1\" = -Syu ] || exit 0; echo 'failed to synchronize'; exit 1");
  place.run({});
  CHECK(place.code == 1);
  CHECK(place.output == "failed to synchronize\n");
  CHECK(place.called().find("-T") == std::string::npos);
}

TEST_CASE("what the image lags behind is upgraded, and nothing is asked twice") {
  Place place;
  place.program(
      "pacman",
      R"([[ "$*" != *--print* ]] || echo 'pkgkiln-plan core 5 file:///x/y-1-1-any.pkg.tar.zst')");
  place.run({});
  CHECK(place.code == 0);
  CHECK_THAT(place.called(), ContainsSubstring("pacman -Su --noconfirm --ask 4\n"));
  CHECK_THAT(place.called(), !ContainsSubstring("-Syu --noconfirm --ask 4\n"));
}

TEST_CASE("a repository that is offered comes last in pacman.conf") {
  Place place;
  const auto server = GENERATE(as<std::string>(), "file:///var/lib/pkgkiln-repository",
                               "http://localhost:8000/mine/x86_64", "https://example.org/x");
  place.run({{"REPOSITORY", "mine"}, {"REPOSITORY_SERVER", server}});
  CHECK(place.code == 0);
  CHECK(read_file(place.conf) ==
        "[options]\n[core]\n\n[mine]\nSigLevel = Never\nServer = " + server + "\n");
  const bool asked = place.called().find("curl ") != std::string::npos;
  CHECK(asked == server.starts_with("http"));
  if (asked) CHECK_THAT(place.called(), ContainsSubstring(" " + server + "/mine.db\n"));
}

TEST_CASE("a repository that the image knows already stays what it is there") {
  Place place;
  place.run({{"REPOSITORY", "extra"}, {"REPOSITORY_SERVER", "http://localhost/extra"}});
  CHECK(place.code == 0);
  CHECK(read_file(place.conf) == "[options]\n[core]\n");
  CHECK(place.called().find("curl ") == std::string::npos);
}

TEST_CASE("a repository that doesn't answer is told and left out") {
  Place place;
  place.program("curl", "exit 22");
  place.run({{"REPOSITORY", "mine"}, {"REPOSITORY_SERVER", "http://localhost/mine"}});
  CHECK(place.code == 0);
  CHECK(read_file(place.conf) == "[options]\n[core]\n");
  CHECK(place.output ==
        "the repository mine does not answer at http://localhost/mine from this container, or is "
        "empty: going on without it\n");
}

TEST_CASE("the log says what had to go for a dependency") {
  Place place;
  place.program("pacman", R"sh(case "$1" in
      -Qq) printf 'bash\ngit\nzlib\n' | grep -v "$(cat "$ROOT/gone" 2>/dev/null || echo nothing)" ;;
      -T) echo git-lfs-plus ;;
      -S) [ "$2" = --help ] || echo git >"$ROOT/gone" ;;
    esac; exit 0)sh");
  place.run({});
  CHECK(place.code == 0);
  CHECK_THAT(place.output, EndsWith("replaces it or conflicts with it: git\n"));
}

TEST_CASE("what an install script leaves running is ended before the step is over") {
  Place place;
  SECTION("it is ended") {
    place.process(7, "a (daemon) 1 S", 'S', 7);
    place.program("kill-all", "rm -r \"$ROOT/processes/7\"");
    place.run({});
    CHECK(place.code == 0);
    CHECK_THAT(place.called(), EndsWith("kill-all \n"));
  }
  SECTION("it can't be") {
    place.process(7, "daemon", 'D', 7);
    place.run({{"BUILDER_ID", "1500"}});
    CHECK(place.code == 1);
    CHECK_THAT(place.output, EndsWith("what a step left running cannot be ended\n"));
  }
  SECTION("only what is dead, and what the main process waits with, is there") {
    place.process(7, "daemon", 'Z', 7);
    place.process(8, "sleep", 'S', 1);
    place.run({});
    CHECK(place.code == 0);
    CHECK_THAT(place.called(), !ContainsSubstring("kill-all"));
  }
  SECTION("the container isn't one of ours") {
    place.file("processes/1/cmdline", "init");
    place.process(7, "daemon", 'S', 7);
    place.run({});
    CHECK(place.code == 1);
    CHECK_THAT(place.called(), !ContainsSubstring("kill-all"));
  }
}
