#include "core/verify/verification.hpp"

#include "core/builder/script/script.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/sample_package.hpp"
#include "tests/unit/core/run/fake_host.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;
using Names = std::vector<std::string>;
using Outcome = Verdict::Kind;

namespace {

/// A target that was built, and what is needed to verify that.
struct Verified : FakeHost {
  Verified() {
    build_info = "packager = Ada <ada@example.org>\nbuilddate = 1700000000\n";
    target = this->FakeHost::target("foo");
    at_build = [this](const std::string&, fake::ExecCall& call) { environment = call.env; };
    build({target});
  }
  fs::path file() const {
    return repository->directory() / history.last_good("foo")->files.front().file_name;
  }
  Claim claim() const { return Claim::read(file(), nullptr, {}); }
  /// Writes what is in the record's place.
  void replace_in_record(const std::string& what, const std::string& by) const {
    auto text = read_file(provenance_path(file()));
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    write_file_atomically(provenance_path(file()), text.replace(at, what.size(), by));
  }
  Verdict verify(const Claim& one) {
    const RunIdentity identity{state.instance(), time_and_random()};
    BuilderImage image(engine.runtime(), engine.images(), identity, image_settings());
    const Host host{engine.runtime(), image, identity, machine_arch(), capacity, caches};
    Verification verification(
        {host, state, repositories, remotes, settings, archive, [](const std::string&) {},
         [this](const std::string&, const std::string& step) { steps.push_back(step); }});
    auto [recipe, chosen_by] = recipe_of(one, {target}, true);
    auto verdicts = verification.verify({one}, std::move(recipe), chosen_by, cancel);
    REQUIRE(verdicts.size() == 1);
    return verdicts.front();
  }
  bool has_log(const Verdict& verdict) const {
    return !verdict.log.empty() && fs::exists(verdict.log);
  }

  Target target;
  std::string archive;
  Names steps;
  std::map<std::string, std::string> environment;  // of the last step "build"
};

}  // namespace

TEST_CASE("a package that comes out the same again is identical, and nothing of it stays") {
  Verified host;
  const auto published = host.containers().size();
  const auto before = host.history.last("foo");
  const auto logs = fs::directory_iterator(host.state.logs() / "foo");
  const auto count = std::distance(begin(logs), end(logs));
  const auto verdict = host.verify(host.claim());
  CHECK(verdict.kind == Outcome::identical);
  CHECK(verdict.file == host.file().filename());
  CHECK(verdict.differences.empty());
  CHECK(host.history.last("foo") == before);
  CHECK_FALSE(fs::exists(host.state.root() / "verify"));
  const auto now = fs::directory_iterator(host.state.logs() / "foo");
  CHECK(std::distance(begin(now), end(now)) == count);
  CHECK(published == 1);
  CHECK(host.environment["SOURCE_DATE_EPOCH"] == "1700000000");
  CHECK(host.environment["PACKAGER"] == "Ada <ada@example.org>");
}

TEST_CASE("what another content makes is told, with its log") {
  Verified host;
  host.package_info["foo"] = "depend = bar\n";
  const auto verdict = host.verify(host.claim());
  CHECK(verdict.kind == Outcome::different);
  CHECK(verdict.differences ==
        std::vector<Difference>{{Difference::Kind::metadata, ".PKGINFO depend", "", "bar"}});
  CHECK(host.has_log(verdict));
}

TEST_CASE("a build that fails now says at which step and why") {
  Verified host;
  host.fails["foo"] = "build";
  const auto verdict = host.verify(host.claim());
  CHECK(verdict.kind == Outcome::failed);
  CHECK(verdict.step == "build");
  CHECK(verdict.why == "a function of the PKGBUILD failed");
  CHECK(host.has_log(verdict));
}

TEST_CASE("nothing stays of a verification that is interrupted") {
  Verified host;
  host.at_build = [&](const std::string&, fake::ExecCall&) { host.cancel.request(2); };
  CHECK_THROWS_AS(host.verify(host.claim()), Cancelled);
  const auto logs = fs::directory_iterator(host.state.logs() / "foo");
  CHECK(std::distance(begin(logs), end(logs)) == 1);
  CHECK_FALSE(fs::exists(host.state.verification()));
}

TEST_CASE("a package is built again with the pkgrel that it was given") {
  Verified host;
  host.planning.bump_pkgrel = true;
  host.target = host.target_of("foo", {"1", {"depends = bar"}, true, {}});
  host.build({host.target});
  REQUIRE(host.claim().package.name.version == "1-1.1");
  CHECK(host.verify(host.claim()).kind == Outcome::identical);
}

TEST_CASE("a file that its record is not of is different, even if that can be built again") {
  Verified host;
  host.replace_in_record(host.claim().package.sha256, std::string(64, '0'));
  const auto verdict = host.verify(host.claim());
  CHECK(verdict.kind == Outcome::different);
  CHECK(verdict.differences.empty());
  REQUIRE(verdict.remarks.size() == 1);
  CHECK_THAT(verdict.remarks.front(), ContainsSubstring("other content"));
}

TEST_CASE("no record, one of another package, and one of a commit that is gone can't be verified") {
  Verified host;
  SECTION("no record") {
    fs::remove(provenance_path(host.file()));
    CHECK_THROWS_WITH(host.claim(), ContainsSubstring("nothing says how"));
  }
  SECTION("of another package") {
    host.replace_in_record("\"foo-1-1", "\"bar-1-1");
    CHECK_THROWS_WITH(host.claim(), ContainsSubstring("it is of bar-1-1"));
  }
  SECTION("a commit that is gone") {
    host.replace_in_record(host.claim().how.build.commit, std::string(40, '0'));
    CHECK_THROWS_WITH(host.verify(host.claim()), ContainsSubstring("can't be had any more"));
  }
  SECTION("another arch") {
    host.replace_in_record("\"arch\":\"" + machine_arch(), "\"arch\":\"riscv64");
    CHECK_THROWS_WITH(host.verify(host.claim()), ContainsSubstring("made for riscv64"));
  }
}

TEST_CASE("a record can't have anything built but the target that is listed, or what is public") {
  Verified host;
  const auto of = [&](const std::string& url) {
    auto claim = host.claim();
    claim.how.build.url = url;
    return claim;
  };
  CHECK(recipe_of(host.claim(), {host.target}, true).second == ChosenBy::user);
  for (const auto* url : {"/etc", "file:///home/me/secret", "ssh://git@e.org/private",
                          "git@e.org:private", "https://e.org/other"})
    CHECK_THROWS_WITH(recipe_of(of(url), {host.target}, true), ContainsSubstring("isn't listed"));
  for (const auto* url :
       {"/etc", "file:///home/me/secret", "ssh://git@e.org/private", "git@e.org:private"})
    CHECK_THROWS_WITH(recipe_of(of(url), {host.target}, false), ContainsSubstring("isn't listed"));
  const auto [stranger, chosen_by] = recipe_of(of("https://e.org/other"), {host.target}, false);
  CHECK(chosen_by == ChosenBy::record);
  CHECK(stranger.url == "https://e.org/other");
  CHECK(stranger.repository.empty());
  // What is secret in the listed URL stands in no record.
  auto with_secret = host.target;
  with_secret.url = "https://me:secret@e.org/r.git";
  CHECK(recipe_of(of("https://***@e.org/r.git"), {with_secret}, true).first.url == with_secret.url);
  auto elsewhere = host.claim();
  elsewhere.how.build.path = "other";
  CHECK_THROWS_AS(recipe_of(elsewhere, {host.target}, true), Error);
}

TEST_CASE("sources are taken at the commits that they had") {
  Verified host;
  auto claim = host.claim();
  claim.how.build.vcs_sources = {{"a::git+https://e.org/a#branch=x?signed", std::string(40, 'a')},
                                 {"git+https://e.org/b?signed#tag=v1", std::string(40, 'b')},
                                 {"git+https://e.org/c", std::string(40, 'c')},
                                 {"git+https://e.org/d#commit=0123", std::string(40, 'd')},
                                 {"svn+https://e.org/e", std::string(40, 'e')}};
  host.verify(claim);
  CHECK(host.environment["PKGKILN_PINNED"] ==
        "a::git+https://e.org/a#branch=x?signed\na::git+https://e.org/a#commit=" +
            std::string(40, 'a') +
            "?signed\ngit+https://e.org/b?signed#tag=v1\ngit+https://e.org/b?signed#commit=" +
            std::string(40, 'b') +
            "\ngit+https://e.org/c\ngit+https://e.org/c#commit=" + std::string(40, 'c'));
}

TEST_CASE("what was installed is restored, or else what there is, and what is gone is told") {
  Verified host;
  auto claim = host.claim();
  host.archive = "https://e.org";
  claim.info.installed = {"gcc-12-1-x86_64", "old-1-1-any", "no package"};
  std::vector<std::string> asked;
  int code = 0;
  std::string missing;
  host.at_restore = [&](fake::ExecCall& call) {
    CHECK(Names(call.command.begin() + 4, call.command.end()) ==
          Names{"gcc-12-1-x86_64", "old-1-1-any"});
    CHECK(call.env["ARCHIVE"] == "https://e.org");
    asked.push_back(call.env["EVEN_SOME"]);
    call.err("looking\n");
    call.out(missing);
    return code;
  };
  SECTION("all of it") {
    CHECK(host.verify(claim).gone.empty());
    CHECK(asked == Names{""});
    CHECK(std::count(host.steps.begin(), host.steps.end(), "dependencies") == 0);
  }
  SECTION("some of it") {
    code = 1;
    missing = "old-1-1-any\n";
    CHECK(host.verify(claim).gone == Names{"old-1-1-any"});
    CHECK(asked == Names{"", "1"});
    CHECK(std::count(host.steps.begin(), host.steps.end(), "dependencies") == 1);
  }
}

TEST_CASE("a commit that was denied, or never approved where others were, is not built again") {
  Verified host;
  const auto claim = host.claim();
  CHECK_NOTHROW(expect_approval(claim, host.ledger));
  host.ledger.hold({"foo", claim.how.build.commit, "", "", {"first"}, {}, ""});
  CHECK_THROWS_WITH(expect_approval(claim, host.ledger), ContainsSubstring("is held"));
  host.ledger.release("foo");
  Approval approval;
  approval.target = "foo";
  approval.how = "person";
  approval.commit = std::string(40, '1');
  host.ledger.approve(approval);
  CHECK_THROWS_WITH(expect_approval(claim, host.ledger), ContainsSubstring("never approved"));
  approval.commit = claim.how.build.commit;
  host.ledger.approve(approval);
  approval.commit = std::string(40, '2');
  host.ledger.approve(approval);
  CHECK_NOTHROW(expect_approval(claim, host.ledger));
  Denial denial;
  denial.target = "foo";
  denial.commit = claim.how.build.commit;
  host.ledger.deny(denial);
  CHECK_THROWS_WITH(expect_approval(claim, host.ledger), ContainsSubstring("was denied"));
}
