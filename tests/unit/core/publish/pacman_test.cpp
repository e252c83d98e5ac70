#include <algorithm>

#include "core/base/file.hpp"
#include "core/publish/local_repository.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"
#include "tests/unit/core/package/sample_package.hpp"
#include "tests/unit/core/publish/real_pacman.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;
using pkgkiln::LocalRepository;
using pkgkiln::pacman::PackageArchive;
using pkgkiln::test::Pacman;
using pkgkiln::test::Ran;
using pkgkiln::test::run_program;
using pkgkiln::test::SamplePackage;

namespace {

void check_ok(const Ran& ran) {
  INFO(ran.output);
  CHECK(ran.code == 0);
}

}  // namespace

TEST_CASE("the real pacman installs from what was published") {
  const pkgkiln::TempDir place;
  const auto spool = place.path() / "spool";
  fs::create_directory(spool);
  LocalRepository repository("r", place.path() / "repos", "x86_64");
  const Pacman pacman(place.path() / "pacman", repository.directory());
  const auto package = [&](const std::string& pkgname, const std::string& version,
                           const std::string& arch, const std::string& extension,
                           const std::string& more_info = "") {
    SamplePackage sample{pkgname, version, arch, extension, more_info, {}};
    sample.files = {{"usr/", ""},
                    {"usr/share/", ""},
                    {"usr/share/" + pkgname, version + "\n"},
                    {"usr/share/n\xc3\xa4me-" + pkgname, ""}};
    return PackageArchive::read(sample.write(spool));
  };
  repository.publish(
      {package("tool++", "2:1.0+r5.gabc-1", "x86_64", ".pkg.tar.zst",
               "depend = data>=1\ndepend = libtool.so=1-64\n"
               "optdepend = x: to see\ngroup = tools\n"),
       package("tool++-debug", "2:1.0+r5.gabc-1", "x86_64", ".pkg.tar.xz"),
       package("data", "1.0-1", "any", ".pkg.tar.gz", "provides = libtool.so=1-64\n")});

  check_ok(pacman({"-Sy"}));
  const auto list = pacman({"-Sl", "r"});
  CHECK_THAT(list.output, ContainsSubstring("r tool++ 2:1.0+r5.gabc-1"));
  CHECK_THAT(list.output, ContainsSubstring("r tool++-debug 2:1.0+r5.gabc-1"));
  const auto info = pacman({"-Si", "tool++"});
  check_ok(info);
  CHECK_THAT(info.output, ContainsSubstring("data>=1"));
  CHECK_THAT(info.output, ContainsSubstring("A sample"));
  CHECK_THAT(info.output, ContainsSubstring("SHA-256"));
  CHECK_THAT(info.output, ContainsSubstring("A Tester <tester@example.org>"));

  check_ok(pacman({"-S", "tool++", "tool++-debug"}));
  CHECK(pkgkiln::read_file(pacman.root() / "usr/share/tool++") == "2:1.0+r5.gabc-1\n");
  CHECK(pkgkiln::read_file(pacman.root() / "usr/share/data") == "1.0-1\n");
  CHECK(fs::exists(pacman.root() / "usr/share/n\xc3\xa4me-data"));
  check_ok(pacman({"-Qk"}));

  check_ok(pacman({"-Fy"}));
  const auto owner = pacman({"-F", "usr/share/data"});
  check_ok(owner);
  CHECK_THAT(owner.output, ContainsSubstring("data 1.0-1"));
  CHECK_THAT(pacman({"-Fl", "tool++"}).output, ContainsSubstring("usr/share/n\xc3\xa4me-tool++"));

  // repo-add goes on in another compression, and we after it.
  const auto other = package("other", "1-1", "any", ".pkg.tar.gz");
  fs::copy_file(other.path, repository.directory() / other.name.text());
  for (const auto* archive : {"r.db.tar.gz", "r.files.tar.gz"})
    fs::remove(repository.directory() / archive);
  std::vector<std::string> repo_add{"repo-add", "r.db.tar.zst"};
  for (const auto& entry : fs::directory_iterator(repository.directory()))
    if (entry.path().filename().string().find(".pkg.tar") != std::string::npos)
      repo_add.push_back(entry.path().filename().string());
  check_ok(run_program(repo_add, repository.directory()));

  repository.publish({package("data", "1:0.5-1", "any", ".pkg.tar")});
  check_ok(pacman({"-Syy"}));
  CHECK_THAT(pacman({"-Sl", "r"}).output, ContainsSubstring("r other 1-1"));
  CHECK_THAT(pacman({"-Qu"}).output, ContainsSubstring("data 1.0-1 -> 1:0.5-1"));
}

TEST_CASE("the most extreme that is accepted is read by the real pacman and by us") {
  const pkgkiln::TempDir place;
  LocalRepository repository("r", place.path() / "repos", "x86_64");
  const Pacman pacman(place.path() / "pacman", repository.directory());
  std::vector<SamplePackage> extremes(5);
  // The lines of .PKGINFO are just as long as they may be.
  extremes[0].more_info = "license = " + std::string((16U << 10U) - 10, 'x') + "\n";
  for (int i = 0; i < 15'000; ++i)
    extremes[1].more_info += "depend = d" + std::to_string(10'000 + i % 7) + "\n";
  extremes[2].more_info =
      "replaces = a>1:\nprovides = ==\nconflict = :\nbackup = x\nlicense = \xff\n";
  extremes[3].files = {{"usr/", ""}};
  for (int i = 0; i < 12'000; ++i)
    extremes[3].files.emplace_back("usr/" + std::to_string(i) + std::string(4000, 'x'), "");
  std::vector<PackageArchive> packages;
  for (std::size_t i = 0; i < extremes.size(); ++i) {
    extremes[i].pkgname = "extreme" + std::to_string(i);
    packages.push_back(PackageArchive::read(extremes[i].write(place.path())));
  }
  // Whatever a package says, these are the largest numbers that it is accepted with.
  packages[4].info.build_date = 253'402'300'799;
  packages[4].info.installed_size = std::uint64_t{1} << 50U;
  repository.publish(packages);

  check_ok(pacman({"-Sy"}));
  check_ok(pacman({"-Fy"}));
  for (const auto& package : packages) {
    CHECK(repository.contains(package.name));
    const auto info = pacman({"-Si", package.name.pkgname});
    check_ok(info);
    CHECK_THAT(info.output, ContainsSubstring("A sample") && !ContainsSubstring("could not parse"));
    const auto files = pacman({"-Fl", package.name.pkgname});
    CHECK(files.code == 0);
    CHECK(static_cast<std::size_t>(std::count(files.output.begin(), files.output.end(), '\n')) ==
          package.files.size());
  }
  CHECK(pkgkiln::pacman::RepositoryDatabase::read(repository.directory() / "r.files")
            .entries()
            .size() == packages.size());
}

TEST_CASE("the real pacman installs from what is offered to a container") {
  const pkgkiln::TempDir place;
  LocalRepository repository("r", place.path() / "repos", "x86_64");
  const auto package = [&](const std::string& pkgname, const std::string& more_info) {
    SamplePackage sample{pkgname, "1:2-1", "x86_64", ".pkg.tar.gz", more_info, {}};
    sample.files = {{"usr/", ""}, {"usr/of-" + pkgname, "x"}};
    return PackageArchive::read(sample.write(place.path()));
  };
  repository.publish({package("app", "depend = lib.so=1-64\n"),
                      package("lib", "provides = lib.so=1-64\n"), package("other", "")});
  const auto offer = repository.offer({"app>=1:2"});
  REQUIRE(offer);
  std::string tar;
  offer->files([&](std::string_view bytes) { tar += bytes; }, pkgkiln::Cancellation::never());
  pkgkiln::write_file_atomically(place.path() / "offer.tar", tar);
  check_ok(run_program({"tar", "--extract", "--file", "offer.tar"}, place.path()));

  const Pacman pacman(place.path() / "pacman", place.path() / pkgkiln::kOfferedDirectory);
  check_ok(pacman({"-Sy"}));
  check_ok(pacman({"-S", "--asdeps", "app>=1:2"}));
  CHECK(fs::exists(pacman.root() / "usr/of-lib"));
  const auto list = pacman({"-Sl", "r"});
  CHECK_THAT(list.output, !ContainsSubstring("other"));
}
