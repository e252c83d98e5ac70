#include <algorithm>
#include <chrono>
#include <csignal>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/publish/file_placement.hpp"
#include "core/publish/local_repository.hpp"
#include "core/publish/provenance.hpp"
#include "core/sign/signer.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/sample_package.hpp"
#include "tests/unit/core/publish/place.hpp"
#include "tests/unit/core/publish/real_pacman.hpp"
#include "tests/unit/core/sign/own_gnupg.hpp"

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::Equals;
using pkgkiln::LocalRepository;
using pkgkiln::signature_path;
using pkgkiln::Signer;
using pkgkiln::pacman::PackageArchive;
using pkgkiln::test::OwnGnupg;
using pkgkiln::test::Pacman;
using pkgkiln::test::run_program;
using pkgkiln::test::SamplePackage;

namespace {

/// A signed repository and an unsigned one of the same directory, and a client that requires
/// signatures.
struct Signed : pkgkiln::test::Place {
  OwnGnupg gnupg;
  std::string key = gnupg.make_key("Packager <packager@example.org>");
  Signer signer{gnupg.settings(key)};
  LocalRepository signing{"r", root.path() / "repos", "x86_64", {}, &signer};
  LocalRepository& plain = repository;
  Pacman pacman{root.path() / "pacman", directory, "Required"};

  Signed() {
    ::signal(SIGPIPE, SIG_IGN);
    pacman.trust(signer.public_key(), key);
  }
  PackageArchive sample(const std::string& pkgname, const std::string& version) const {
    SamplePackage made{pkgname, version, "x86_64", ".pkg.tar.gz", "", {}};
    made.files = {{"usr/", ""}, {"usr/of-" + pkgname, version}};
    return PackageArchive::read(made.write(spool));
  }
  fs::path of(const std::string& file) const { return directory / file; }
  bool is_signed(const std::string& file) {
    return signer.is_signed(of(file), signature_path(of(file)));
  }
  std::vector<std::string> signatures() const {
    std::vector<std::string> found;
    for (const auto& file : names())
      if (file.ends_with(".sig")) found.push_back(file);
    return found;
  }
  static void change_a_byte(const fs::path& path) {
    auto bytes = pkgkiln::read_file(path);
    bytes[bytes.size() / 2] ^= 1;
    pkgkiln::write_file_atomically(path, bytes);
  }
  std::vector<std::string> signed_by_hand() {
    std::vector<std::string> told;
    signing.sign_all([&](const std::string& file, const pkgkiln::Error* failure) {
      told.push_back(failure == nullptr ? file : failure->what());
    });
    return told;
  }
};

const std::vector<std::string> kOfDatabases{"r.db.sig", "r.db.tar.gz.sig", "r.files.sig",
                                            "r.files.tar.gz.sig"};

}  // namespace

TEST_CASE_METHOD(Signed, "a pacman that requires signatures installs what was published signed") {
  signing.publish({sample("one", "1-1"), sample("two", "1-1")});
  CHECK(is_signed("one-1-1-x86_64.pkg.tar.gz"));
  CHECK(is_signed("r.db.tar.gz"));
  CHECK(is_signed("r.files.tar.gz"));
  CHECK(fs::read_symlink(of("r.db.sig")) == "r.db.tar.gz.sig");
  auto ran = pacman({"-Sy", "one"});
  INFO(ran.output);
  CHECK(ran.code == 0);
  CHECK(fs::exists(pacman.root() / "usr/of-one"));
  CHECK(pacman({"-Fy"}).code == 0);

  SECTION("and neither a package nor a database with another byte") {
    change_a_byte(of("two-1-1-x86_64.pkg.tar.gz"));
    ran = pacman({"-S", "two"});
    CHECK(ran.code != 0);
    CHECK_FALSE(fs::exists(pacman.root() / "usr/of-two"));
    change_a_byte(of("r.db.tar.gz"));
    ran = pacman({"-Syy"});
    CHECK(ran.code != 0);
    CHECK_THAT(ran.output, ContainsSubstring("invalid"));
  }
  SECTION("and it recovers when it met a new database with the old signature") {
    const auto old = pkgkiln::read_file(of("r.db.sig"));
    signing.publish({sample("one", "2-1")});
    const auto now = pkgkiln::read_file(of("r.db.sig"));
    // pacman takes a database of the same second for the one that it has.
    fs::last_write_time(of("r.db.tar.gz"), fs::last_write_time(of("r.db.tar.gz")) + 2s);
    pkgkiln::write_file_atomically(of("r.db.tar.gz.sig"), old);
    CHECK(pacman({"-Sy"}).code != 0);
    pkgkiln::write_file_atomically(of("r.db.tar.gz.sig"), now);
    CHECK(pacman({"-Sy"}).code == 0);
    CHECK_THAT(pacman({"-Sl", "r"}).output, ContainsSubstring("r one 2-1"));
  }
}

TEST_CASE_METHOD(Signed, "a repository is signed once all of it is") {
  plain.publish({sample("one", "1-1")});
  CHECK_FALSE(plain.is_signed());
  CHECK_FALSE(signing.is_signed());
  signing.publish({sample("two", "1-1")});
  CHECK_FALSE(signing.is_signed());
  signed_by_hand();
  CHECK(signing.is_signed());
}

TEST_CASE_METHOD(Signed, "signatures go with their packages and databases") {
  signing.publish({sample("one", "1-1"), sample("two", "1-1")});
  signing.publish({sample("one", "2-1")});
  auto expected = kOfDatabases;
  expected.insert(expected.begin(), "one-2-1-x86_64.pkg.tar.gz.sig");
  expected.push_back("two-1-1-x86_64.pkg.tar.gz.sig");
  CHECK_THAT(signatures(), Equals(expected));
  signing.withdraw({"two-1-1-x86_64.pkg.tar.gz", sample("two", "1-1").sha256});
  expected.pop_back();
  CHECK_THAT(signatures(), Equals(expected));
  CHECK(is_signed("r.db.tar.gz"));
  CHECK(pacman({"-Sy"}).code == 0);

  SECTION("one that a cut removal left is removed by clean, another's is not") {
    const std::string ours = "one-1-1-x86_64.pkg.tar.gz", theirs = "his-1-1-x86_64.pkg.tar.gz";
    for (const auto& file : {ours, theirs})
      pkgkiln::write_file_atomically(signature_path(of(file)), "x");
    const auto made = [&](const std::string& file) {
      return file == ours ? std::vector<std::string>{"a sum"} : std::vector<std::string>();
    };
    auto removable = signing.leftovers(made, {});
    REQUIRE(removable.size() == 1);
    CHECK_THAT(removable[0].what, ContainsSubstring("what is left of " + ours));
    removable[0].remove();
    CHECK_FALSE(fs::exists(signature_path(of(ours))));
    CHECK(fs::exists(signature_path(of(theirs))));
  }
  SECTION("a publication without a key leaves none that signs something else") {
    pkgkiln::write_file_atomically(signature_path(of("three-1-1-x86_64.pkg.tar.gz")), "stale");
    plain.publish({sample("three", "1-1")});
    CHECK_THAT(signatures(), Equals(std::vector<std::string>{"one-2-1-x86_64.pkg.tar.gz.sig"}));
    const Pacman trusting(root.path() / "other", directory, "Optional TrustAll");
    CHECK(trusting({"-Sy", "three"}).code == 0);
  }
  SECTION("so does a withdrawal") {
    plain.withdraw({"one-2-1-x86_64.pkg.tar.gz", sample("one", "2-1").sha256});
    CHECK(signatures().empty());
  }
}

TEST_CASE_METHOD(Signed, "what says how a package was made comes, goes and is signed with it") {
  const auto with_record = [&](const std::string& version) {
    auto package = sample("one", version);
    pkgkiln::write_file_atomically(pkgkiln::provenance_path(package.path), "{}\n");
    return package;
  };
  const std::string record = "one-1-1-x86_64.pkg.tar.gz.intoto.jsonl";
  signing.publish({with_record("1-1")});
  CHECK(pkgkiln::read_file(of(record)) == "{}\n");
  CHECK(is_signed(record));
  signing.publish({with_record("2-1")});
  CHECK_FALSE(fs::exists(of(record)));
  CHECK_FALSE(fs::exists(of(record + ".sig")));
  CHECK(is_signed("one-2-1-x86_64.pkg.tar.gz.intoto.jsonl"));
  // Nor is that of another file taken for its own.
  pkgkiln::write_file_atomically(of("two-1-1-x86_64.pkg.tar.gz.intoto.jsonl"), "stale");
  plain.publish({sample("two", "1-1")});
  CHECK_FALSE(fs::exists(of("two-1-1-x86_64.pkg.tar.gz.intoto.jsonl")));
}

TEST_CASE_METHOD(Signed, "with a key that fails nothing is published, and nothing changes") {
  signing.publish({sample("one", "1-1")});
  const auto before = names();
  gnupg.end_agent();
  pkgkiln::write_file_atomically(gnupg.home / "gpg.conf", "no-autostart\n");
  // It was checked, and the agent went then.
  CHECK_THROWS_WITH(signing.publish({sample("one", "2-1")}),
                    ContainsSubstring("cannot sign") && ContainsSubstring("gpg-agent"));
  CHECK_THROWS_WITH(signing.expect_publication(), ContainsSubstring("gpg-agent"));
  CHECK_THROWS_WITH(signing.withdraw({"one-1-1-x86_64.pkg.tar.gz", sample("one", "1-1").sha256}),
                    ContainsSubstring("gpg-agent"));
  auto after = names();
  std::erase(after, "r.db.tar.gz.lck");
  CHECK_THAT(after, Equals(before));
  fs::remove(gnupg.home / "gpg.conf");
  signing.publish({sample("one", "2-1")});
  CHECK(pacman({"-Sy", "one"}).code == 0);
}

TEST_CASE_METHOD(Signed, "a run mends what one that was killed left between two renames") {
  CHECK(signing.mend().empty());  // nothing is there
  signing.publish({sample("one", "1-1")});
  const auto old = pkgkiln::read_file(of("r.db.sig"));
  const auto when = fs::last_write_time(of("r.db.sig"));
  signing.publish({sample("one", "2-1")});
  CHECK(signing.mend().empty());
  pkgkiln::write_file_atomically(of("r.db.tar.gz.sig"), old);
  fs::last_write_time(of("r.db.tar.gz.sig"), when - 1s);
  CHECK(pacman({"-Sy"}).code != 0);
  CHECK(signing.mend().empty());
  CHECK(pacman({"-Sy", "one"}).code == 0);
}

TEST_CASE_METHOD(Signed, "what was there before is signed when that is asked for") {
  const auto one = sample("one", "1-1");
  plain.publish({one, sample("two", "1-1"), sample("three", "1-1")});
  CHECK(plain.mend().empty());
  CHECK(signatures().empty());
  // The database at once, the packages not.
  CHECK_THAT(signing.mend(), Equals(std::vector<std::string>{
                                 "3 packages in 'r' without a signature: pkgkiln sign --all"}));
  CHECK_THAT(signatures(), Equals(kOfDatabases));
  // As repo-add embeds it, by another key.
  auto theirs = gnupg.make_key("Other <other@example.org>");
  gnupg({"--local-user", theirs, "--detach-sign", of(one.name.text()).string()});
  std::vector<std::string> repo_add{"repo-add", "r.db.tar.gz", one.name.text()};
  if (run_program({"repo-add", "--help"}).output.find("--include-sigs") != std::string::npos)
    repo_add.insert(repo_add.begin() + 1, "--include-sigs");
  const auto added = run_program(repo_add, directory);
  INFO(added.output);
  CHECK(database().find("one")->desc.find("%PGPSIG%") != std::string::npos);
  change_a_byte(of("three-1-1-x86_64.pkg.tar.gz"));

  const auto told = signed_by_hand();
  REQUIRE(told.size() == 5);
  CHECK(told[0] == one.name.text());
  CHECK_THAT(told[1], ContainsSubstring("three-1-1") && ContainsSubstring("not what the database"));
  CHECK_FALSE(fs::exists(signature_path(of("three-1-1-x86_64.pkg.tar.gz"))));
  CHECK(told[2] == "two-1-1-x86_64.pkg.tar.gz");
  CHECK(told[3] == "r.db");
  CHECK(database().find("one")->desc.find("%PGPSIG%") == std::string::npos);
  const auto ran = pacman({"-Sy", "one", "two"});
  INFO(ran.output);
  CHECK(ran.code == 0);
  CHECK(signed_by_hand().size() == 1);  // the changed one
  // Publishing what is there already signs it as well.
  fs::remove(signature_path(of(one.name.text())));
  signing.publish({one});
  CHECK(is_signed(one.name.text()));
}
