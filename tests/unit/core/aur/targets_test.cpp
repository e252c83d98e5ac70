#include "core/aur/targets.hpp"

#include <algorithm>
#include <filesystem>

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/aur/scripted_aur.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

struct AurTargets {
  scripted::Aur there;
  TempDir dir;
  std::string url = there.url();
  std::vector<aur::Targets::Request> requests;
  std::size_t dump_from = 5'000;
  bool may_ask = true;

  AurTargets() {
    there.add("paru");
    there.add("ceph", R"("CoMaintainers":["bob"])");
    there.add("ceph-mds", "", "ceph");
    want({"paru"});
  }
  void want(const std::vector<std::string>& names) {
    Target common;
    common.repository = "kiln";
    common.origin = "pkgkiln.toml:" + std::to_string(requests.size() + 3);
    requests.push_back({common, names});
  }
  /// As a run of its own.
  Listing list() {
    return aur::Targets(requests, {url, dump_from, dir.path() / "aur", may_ask}, {}, kNever,
                        scripted::Aur::impatience())
        .list();
  }
  std::string names() {
    std::string text;
    for (const auto& target : list().targets) text += target.name + " ";
    return text;
  }
};

}  // namespace

TEST_CASE("a package of the AUR is a target that is called and fetched as its package base") {
  AurTargets setup;
  setup.requests[0].target.network = true;
  setup.want({"ceph-mds"});
  const auto listing = setup.list();
  CHECK(listing.problems.empty());
  CHECK(listing.notices.empty());
  CHECK(listing.failures.empty());
  REQUIRE(listing.targets.size() == 2);
  const auto& paru = listing.targets[0];
  CHECK(paru.name == "paru");
  CHECK(paru.url == setup.there.url() + "/paru.git");
  CHECK(paru.repository == "kiln");
  CHECK(paru.network);
  CHECK(paru.origin == "pkgkiln.toml:3 (aur: paru)");
  REQUIRE(paru.aur);
  CHECK(paru.aur->maintainer == "ada");
  CHECK(paru.aur->submitter == "eve");
  CHECK(paru.aur->base_id == 7);
  CHECK_FALSE(paru.aur_is_former);
  const auto& ceph = listing.targets[1];
  CHECK(ceph.name == "ceph");
  CHECK(ceph.url == setup.there.url() + "/ceph.git");
  CHECK(setup.there.asked().size() == 1);
}

TEST_CASE("packages of one package base are one target") {
  AurTargets setup;
  setup.want({"ceph-mds", "ceph"});
  CHECK(setup.names() == "paru ceph ");
  SECTION("of two entries, whose keys agree") {
    setup.want({"ceph"});
    const auto listing = setup.list();
    CHECK(listing.targets.size() == 2);
    CHECK(listing.problems.empty());
  }
  SECTION("of two entries that differ") {
    setup.want({"ceph"});
    setup.requests.back().target.network = true;
    const auto listing = setup.list();
    REQUIRE(listing.problems.size() == 1);
    CHECK_THAT(listing.problems[0],
               ContainsSubstring("pkgkiln.toml:5") && ContainsSubstring("pkgkiln.toml:4"));
  }
  SECTION("for two repositories they are two") {
    setup.want({"ceph"});
    setup.requests.back().target.repository = "other";
    CHECK(setup.list().targets.size() == 3);
  }
}

TEST_CASE("a name that the AUR does not know is a problem, and the rest goes on") {
  AurTargets setup;
  setup.want({"none", "ceph"});
  const auto listing = setup.list();
  CHECK(listing.targets.size() == 2);
  REQUIRE(listing.problems.size() == 1);
  CHECK_THAT(listing.problems[0], ContainsSubstring("pkgkiln.toml:4") &&
                                      ContainsSubstring("'none'") &&
                                      ContainsSubstring("no such package"));
}

TEST_CASE("a package that is gone from the AUR is told of as long as it is listed") {
  AurTargets setup;
  setup.list();
  setup.there.remove("paru");
  for (int run = 0; run < 2; ++run) {
    const auto listing = setup.list();
    CHECK(listing.targets.empty());
    REQUIRE(listing.problems.size() == 1);
    CHECK_THAT(listing.problems[0], ContainsSubstring("gone from the AUR"));
  }
  setup.there.add("paru");
  CHECK(setup.names() == "paru ");
}

TEST_CASE("what happened to a package is told once") {
  AurTargets setup;
  setup.list();
  std::string expected;
  SECTION("nobody maintains it any more") {
    setup.there.add("paru", R"("Maintainer":null)");
    expected = "ada maintains it no more";
  }
  SECTION("it is of another package base") {
    setup.there.add("paru", "", "paru-rs");
    expected = "package base 'paru-rs'";
  }
  SECTION("it was submitted anew") {
    setup.there.add("paru", R"("Maintainer":"mallory")", "paru", 8);
    expected = "submitted anew; mallory maintains it";
  }
  const auto listing = setup.list();
  REQUIRE(listing.notices.size() == 1);
  CHECK_THAT(listing.notices[0], ContainsSubstring(expected));
  CHECK(setup.list().notices.empty());
}

TEST_CASE("an orphan is told of when it is listed first") {
  AurTargets setup;
  setup.there.add("paru", R"("Maintainer":null)");
  const auto listing = setup.list();
  CHECK(listing.targets.size() == 1);
  REQUIRE(listing.notices.size() == 1);
  CHECK_THAT(listing.notices[0], ContainsSubstring("orphan"));
}

TEST_CASE("an AUR out of reach takes no target away") {
  AurTargets setup;
  setup.list();
  const auto answer = GENERATE(as<std::string>(), "", scripted::answer(200, "<html>"),
                               scripted::answer(429, "", "Retry-After: 3600\r\n"));
  setup.there.answer_with(answer);
  if (answer.empty()) setup.there.stop();
  SECTION("what was listed last is listed") {
    const auto listing = setup.list();
    REQUIRE(listing.targets.size() == 1);
    CHECK(listing.targets[0].aur->maintainer == "ada");
    CHECK(listing.targets[0].aur_is_former);
    CHECK(listing.failures.empty());
    REQUIRE(listing.notices.size() == 1);
    CHECK_THAT(listing.notices[0], ContainsSubstring(setup.url) && ContainsSubstring("UTC"));
  }
  SECTION("but what was never looked up can't be") {
    setup.want({"ceph", "ceph-mds"});
    const auto listing = setup.list();
    CHECK(listing.targets.size() == 1);
    CHECK(listing.problems.empty());
    REQUIRE(listing.failures.size() == 1);
    CHECK_THAT(listing.failures[0].what(), ContainsSubstring("'ceph' and 1 more"));
  }
}

TEST_CASE("an AUR that wants to be left alone is not asked by the next runs") {
  AurTargets setup;
  setup.list();
  setup.there.answer_with(scripted::answer(429, "", "Retry-After: 3000\r\n"));
  setup.list();
  setup.there.answer_with("");
  setup.there.forget();
  const auto listing = setup.list();
  CHECK(listing.targets.size() == 1);
  CHECK(setup.there.asked().empty());
  CHECK_THAT(listing.notices.at(0), ContainsSubstring("left alone until"));
}

TEST_CASE("while another run has the lock, what was told last is listed, and nothing is asked") {
  AurTargets setup;
  setup.may_ask = false;
  CHECK_THAT(setup.list().failures.at(0).what(), ContainsSubstring("another run is at work"));
  setup.may_ask = true;
  setup.list();
  setup.there.forget();
  setup.may_ask = false;
  CHECK(setup.names() == "paru ");
  CHECK(setup.there.asked().empty());
}

TEST_CASE("a memory that is damaged, or of another server, is none") {
  AurTargets setup;
  setup.list();
  const auto file = setup.dir.path() / "aur";
  const auto text = read_file(file);
  SECTION("cut off") {
    write_file_atomically(file, text.substr(0, text.size() / 2), 0600);
  }
  SECTION("no text") {
    write_file_atomically(file, std::string(1'000, '\0'), 0600);
  }
  SECTION("of another server") {
    auto other = text;
    other.replace(other.find("127.0.0.1"), 9, "127.0.0.2");
    write_file_atomically(file, other, 0600);
  }
  CHECK(setup.names() == "paru ");
  setup.there.stop();
  CHECK(setup.names() == "paru ");
}

TEST_CASE("many packages are looked up in the dump, which is transferred when it changed") {
  AurTargets setup;
  setup.dump_from = 3;
  setup.want({"ceph", "none"});
  const auto asked = [&] {
    std::string text;
    for (const auto& request : setup.there.asked()) text += request.path() + " ";
    setup.there.forget();
    return text;
  };
  const std::string dump = "/packages-meta-ext-v1.json.gz ";
  CHECK(setup.list().problems.size() == 1);
  CHECK(asked() == dump);
  const auto unchanged = setup.list();
  CHECK(unchanged.targets.size() == 2);
  CHECK(unchanged.problems.size() == 1);
  CHECK(asked() == dump);
  SECTION("what is listed anew is asked for by itself") {
    setup.want({"ceph-mds"});
    CHECK(setup.list().targets.size() == 2);
    CHECK(asked() == dump + "/rpc/v5/info ");
    CHECK(setup.list().targets.size() == 2);
    CHECK(asked() == dump);
  }
  SECTION("a change is seen") {
    setup.there.add("ceph", R"("Maintainer":"mallory")");
    setup.there.change_dump("\"two\"");
    CHECK(setup.list().targets.at(1).aur->maintainer == "mallory");
    CHECK(asked() == dump);
  }
}

TEST_CASE("what can't be used of an answer is a problem of that package") {
  AurTargets setup;
  setup.there.add("bad", "", "../bad");
  setup.want({"bad"});
  const auto listing = setup.list();
  CHECK(listing.targets.size() == 1);
  REQUIRE(listing.problems.size() == 1);
  CHECK_THAT(listing.problems[0], ContainsSubstring("PackageBase"));
}

TEST_CASE("what another list names by a URL of the AUR is told of as well") {
  AurTargets setup;
  setup.requests.clear();
  std::vector<Target> listed(8);
  listed[0].url = setup.url + "/paru.git";
  listed[1].url = "ssh://aur@aur.archlinux.org/ceph.git";
  listed[2].url = "aur@AUR.archlinux.org:gone";
  listed[3].url = "https://git.example.org/paru.git";
  listed[4].url = "http://127.0.0.1:1/paru.git";
  listed[5].url = "/srv/aur.archlinux.org/paru";
  listed[6].url = "https://aur.archlinux.org:443/paru.git/";
  listed[7].url = "https://me:secret@aur.archlinux.org/paru.git?x";  // whatever it names
  const auto complete = [&] {
    aur::Targets targets(setup.requests, {setup.url, 5'000, setup.dir.path() / "aur", true}, {},
                         kNever, scripted::Aur::impatience());
    static_cast<void>(targets.list());
    return targets.list_needed(listed);
  };
  CHECK(complete().targets.empty());
  CHECK(setup.there.asked().size() == 1);
  REQUIRE(listed[0].aur);
  CHECK(listed[0].aur->maintainer == "ada");
  REQUIRE(listed[1].aur);
  CHECK(listed[1].aur->co_maintainers == std::vector<std::string>{"bob"});
  CHECK(listed[6].aur);
  CHECK_FALSE(listed[7].aur);
  CHECK_FALSE(listed[2].aur);  // the AUR has no such package, but it is the AUR's
  for (std::size_t i = 0; i < listed.size(); ++i) {
    CHECK(listed[i].has_url_of_aur == (i < 3 || i > 5));
    CHECK_FALSE(listed[i].aur_is_former);
    CHECK(listed[i].needs.empty());
  }
  SECTION("not while it can't be asked, which is told") {
    setup.there.stop();
    listed[0].aur.reset();
    const auto notices = complete().notices;
    CHECK(listed[0].aur_is_former);
    REQUIRE(notices.size() == 1);
    CHECK_THAT(notices.front(), ContainsSubstring("wait where they changed"));
  }
  SECTION("where there is none, nothing is asked") {
    listed.erase(listed.begin() + 6, listed.end());
    listed.erase(listed.begin(), listed.begin() + 3);
    setup.there.forget();
    complete();
    CHECK(setup.there.asked().empty());
  }
}
