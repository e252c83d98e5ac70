#include <filesystem>

#include "core/base/file.hpp"
#include "core/base/process.hpp"
#include "core/script/script.hpp"
#include "tests/catch.hpp"

namespace fs = std::filesystem;
using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;

namespace {

/// The script with programs that only write down how they were called, and a pacman.conf of its
/// own.
struct Place {
  TempDir directory;
  fs::path conf = directory.path() / "pacman.conf";
  int code = 0;
  std::string output;

  Place() {
    write_file_atomically(conf, "[options]\n[core]\n");
    program("pacman", R"(case "$1" in
      -S) [ "$2" = --help ] && echo --disable-sandbox ;;
      -T) shift 2; printf '%s\n' "$@" ;;
    esac; exit 0)");
    program("pacman-conf", "echo core; echo extra");
    program("curl", "exit 0");
  }

  void program(const std::string& name, const std::string& text) const {
    const auto path = directory.path() / name;
    write_file_atomically(
        path, "#!/bin/bash\necho \"" + name + " $*\" >>'" + calls().string() + "'\n" + text + "\n",
        0755);
    fs::permissions(path, fs::perms::owner_all);
  }
  fs::path calls() const { return directory.path() / "calls"; }
  std::string called() const { return read_file(calls()); }

  void run(const std::map<std::string, std::string>& environment) {
    std::string text = script::dependencies;
    const std::string real = "/etc/pacman.conf";
    text.replace(text.find(real), real.size(), "'" + conf.string() + "'");
    ProcessSpec spec;
    spec.command = script::command(text.c_str(), {"lib>=1", "glibc"});
    spec.env = environment;
    spec.env["PATH"] = directory.path().string() + ":/usr/bin:/bin";
    spec.working_dir = "/";
    code = run_process(
               spec, [&](std::string_view bytes) { output += bytes; }, Cancellation::never())
               .code;
  }
};

}  // namespace

TEST_CASE("dependencies are installed, and nothing is configured when nothing is offered") {
  Place place;
  place.run({});
  CHECK(place.code == 0);
  CHECK(read_file(place.conf) == "[options]\n[core]\n");
  CHECK_THAT(
      place.called(),
      EndsWith("pacman -Syu --noconfirm --disable-sandbox --print --print-format pkgkiln-plan "
               "%r %s %l\n"
               "pacman -T -- lib>=1 glibc\n"
               "pacman -S --noconfirm --disable-sandbox --needed --asdeps -- lib>=1 glibc\n"));
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
  CHECK_THAT(place.called(), ContainsSubstring("pacman -Su --noconfirm\n"));
  CHECK_THAT(place.called(), !ContainsSubstring("-Syu --noconfirm\n"));
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
