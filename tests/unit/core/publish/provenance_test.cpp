#include "core/publish/provenance.hpp"

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/sample_package.hpp"

using pkgkiln::Provenance;
using pkgkiln::sources_of;
using pkgkiln::pacman::PackageArchive;

TEST_CASE("the sources of a .SRCINFO have the checksums of their own arrays") {
  const std::string hex(64, 'A');
  const auto found = sources_of(
      "pkgbase = a\n\tsource = one::https://e.org/1?a=b\n\tsource = git+https://e.org/g\n"
      "\tsha256sums = " +
          hex +
          "\n\tsha256sums = SKIP\n"
          "\tsource_x86_64 = https://e.org/2\n\tsource_aarch64 = https://e.org/3\n"
          "\tb2sums_x86_64 = 0123\n\tmd5sums_x86_64 = 4567\n\npkgname = a\n\tsource = no\n",
      "x86_64_v3");
  REQUIRE(found.size() == 3);
  CHECK(found[0].source == "one::https://e.org/1?a=b");
  REQUIRE(found[0].digests.size() == 1);
  CHECK(found[0].digests[0].first == "sha256");
  CHECK(found[0].digests[0].second == std::string(64, 'a'));
  CHECK(found[1].digests.empty());
  CHECK(found[2].source == "https://e.org/2");
  REQUIRE(found[2].digests.size() == 1);
  CHECK(found[2].digests[0].second == "0123");
}

TEST_CASE("a statement says how a package was made, in the words of in-toto and SLSA") {
  const pkgkiln::TempDir place;
  pkgkiln::test::SamplePackage sample;
  sample.build_info = "installed = gcc-12.1+r3-1-x86_64\ninstalled = odd\x1b\n";
  const auto package = PackageArchive::read(sample.write(place.path()));
  Provenance how{{}, "x86_64", true, "docker.io/library/arch:latest", "sha256:ba5e"};
  how.build.build = "20261127T010203-abc";
  how.build.target = "sample";
  how.build.url = "https://e.org/r.git";
  how.build.commit = std::string(40, 'c');
  how.build.tree = std::string(40, 'd');
  how.build.image = "sha256:1111";
  how.build.finished = std::chrono::system_clock::from_time_t(86'400);
  how.build.vcs_sources = {{"git+https://me:secret@e.org/g", std::string(40, 'e')}};
  how.sources = {{"https://e.org/1", {{"sha256", "aa"}}}, {"git+https://me:secret@e.org/g", {}}};
  how.host = "builder";
  how.version = "1.2";
  const auto line = how.statement(package);
  CHECK(line.find('\n') == line.size() - 1);
  CHECK(line.find("secret") == std::string::npos);
  rapidjson::Document json;
  REQUIRE_FALSE(json.Parse(line.c_str()).HasParseError());
  const auto text = [&](const char* pointer) -> std::string {
    const auto* found = rapidjson::Pointer(pointer).Get(json);
    return found != nullptr && found->IsString() ? found->GetString() : "";
  };
  CHECK(text("/_type") == "https://in-toto.io/Statement/v1");
  CHECK(text("/predicateType") == "https://slsa.dev/provenance/v1");
  CHECK(text("/subject/0/name") == package.name.text());
  CHECK(text("/subject/0/digest/sha256") == package.sha256);
  const std::string made = "/predicate/buildDefinition", parts = made + "/resolvedDependencies/";
  CHECK(rapidjson::Pointer((made + "/internalParameters/sealed").c_str()).Get(json)->GetBool());
  CHECK(text((parts + "0/digest/gitCommit").c_str()) == how.build.commit);
  CHECK(text((parts + "0/digest/gitTree").c_str()) == how.build.tree);
  CHECK(text((parts + "1/digest/sha256").c_str()) == "ba5e");
  CHECK(text((parts + "2/digest/sha256").c_str()) == "1111");
  CHECK(text((parts + "3/digest/sha256").c_str()) == "aa");
  CHECK(text((parts + "4/digest/gitCommit").c_str()) == std::string(40, 'e'));
  CHECK(text((parts + "5/uri").c_str()) == "pkg:alpm/arch/gcc@12.1%2Br3-1?arch=x86_64");
  CHECK(text((parts + "6/name").c_str()) == "odd\\x1b");
  CHECK(text("/predicate/runDetails/builder/id") == "urn:pkgkiln:host:builder");
  CHECK(text("/predicate/runDetails/builder/version/pkgkiln") == "1.2");
  CHECK(text("/predicate/runDetails/metadata/invocationId") == how.build.build);
  CHECK(text("/predicate/runDetails/metadata/finishedOn") == "1970-01-02T00:00:00Z");
  CHECK(text((made + "/externalParameters/checkout").c_str()) == "directory");
}

namespace {

Provenance usual() {
  Provenance how{{}, "x86_64", true, "docker.io/library/arch:latest", "sha256:ba5e"};
  how.build.build = "20261127T010203-abc";
  how.build.target = "sample";
  how.build.url = "https://e.org/r.git";
  how.build.branch = "main";
  how.build.path = "pkgs/sample";
  how.build.commit = std::string(40, 'c');
  how.build.tree = std::string(40, 'd');
  how.build.vcs_sources = {{"git+https://e.org/g#branch=x", std::string(40, 'e')}};
  how.sources = {{"git+https://e.org/g#branch=x", {}}, {"file", {{"sha256", "aa"}}}};
  return how;
}

std::string stated(const Provenance& how) {
  const pkgkiln::TempDir place;
  return how.statement(PackageArchive::read(pkgkiln::test::SamplePackage().write(place.path())));
}

}  // namespace

TEST_CASE("a statement has the approval of its commit, without the note") {
  auto how = usual();
  CHECK(stated(how).find("approv") == std::string::npos);
  how.approval = pkgkiln::Approval();
  how.approval->how = "person";
  how.approval->by = "ada";
  how.approval->note = "between us";
  how.approval->at = std::chrono::system_clock::from_time_t(86'400);
  const auto line = stated(how);
  CHECK(line.find(R"("approval":{"how":"person","by":"ada","at":"1970-01-02T00:00:00Z"})") !=
        std::string::npos);
  CHECK(line.find("between us") == std::string::npos);
}

TEST_CASE("what another build needs is read from a statement") {
  auto how = usual();
  how.checkout = pkgkiln::Checkout::clone;
  how.sealed = false;
  const auto line = stated(how);
  auto [file, read] = Provenance::parse(line);
  CHECK(file.file_name == pkgkiln::test::SamplePackage().file_name());
  CHECK(file.sha256.size() == 64);
  CHECK(read.build == how.build);
  CHECK(read.arch == "x86_64");
  CHECK(read.checkout == pkgkiln::Checkout::clone);
  CHECK(read.kind == pkgkiln::TargetKind::git);
  CHECK_FALSE(read.sealed);

  how.kind = pkgkiln::TargetKind::url;
  how.build.commit = how.build.tree = std::string(64, 'f');
  const auto of_file = Provenance::parse(stated(how)).second;
  CHECK(of_file.kind == pkgkiln::TargetKind::url);
  CHECK(of_file.build.commit == std::string(64, 'f'));
}

TEST_CASE("a statement that was made to do harm is refused") {
  const auto refused = [](const std::string& what, const std::string& by) {
    auto line = stated(usual());
    const auto at = line.find(what);
    REQUIRE(at != std::string::npos);
    line.replace(at, what.size(), by);
    CAPTURE(by);
    CHECK_THROWS_AS(Provenance::parse(line), pkgkiln::Error);
  };
  refused("https://e.org/r.git", "ext::sh -c id");
  refused("https://e.org/r.git", "--upload-pack=id");
  refused("\"sample\"", "\"../sample\"");
  refused("pkgs/sample", "../../etc");
  refused("\"main\"", "\"-main\"");
  refused(std::string(40, 'c'), "HEAD");
  refused(std::string(40, 'c'), "--all");
  refused(std::string(40, 'e'), "main");
  refused("\"x86_64\"", "\"x86 64\"");
  refused("\"directory\"", "\"elsewhere\"");
  refused("sample-1.0-1-x86_64.pkg.tar.gz", "../sample-1.0-1-x86_64.pkg.tar.gz");
  refused("\"recipe\"", "\"receipt\"");
  refused("provenance/v1", "provenance/v2");
  for (const auto* text : {"", "[]", "{", "null"})
    CHECK_THROWS_AS(Provenance::parse(text), pkgkiln::Error);
  CHECK_THROWS_AS(Provenance::parse(std::string(1'000'000, '[')), pkgkiln::Error);
}
