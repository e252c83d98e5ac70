#include "core/vieter/targets.hpp"

#include <functional>

#include "core/vieter/listing.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/vieter/scripted_vieter.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using scripted::Vieter;
using vieter::Version;

namespace {

std::string data(const std::string& list) {
  return R"({"message": "", "data": )" + list + "}";
}

/// What comes of a single page with these entries, from 0.5.
Listing listed(const std::string& entries) {
  Vieter there;
  there.be(Version::v0_5);
  there.on("GET /api/v1/targets?limit=25&offset=0", data("[" + entries + "]"));
  there.on("GET /api/v1/targets?limit=25&offset=25", data("[]"));
  vieter::Server server(there.settings());
  return vieter::Targets(server).list();
}

std::vector<std::string> urls(const Listing& listing) {
  std::vector<std::string> result;
  for (const auto& target : listing.targets) result.push_back(target.url);
  return result;
}

/// What a server of 0.5 that answers each page like this is listed with.
Listing listed_by(const std::function<std::string(std::size_t offset)>& page) {
  Vieter there;
  there.be(Version::v0_5);
  for (std::size_t offset = 0; offset < 1'000; offset += 25)
    there.on("GET /api/v1/targets?limit=25&offset=" + std::to_string(offset), data(page(offset)));
  vieter::Server server(there.settings());
  return vieter::Targets(server).list();
}

}  // namespace

TEST_CASE("a target of a server has all that the server says of it") {
  const auto listing = listed(
      R"({"id": 3, "kind": "git", "url": "https://e.org/pkgs.git", "branch": "next",
          "path": "tools/foo/", "repo": "mine", "arch": [{"value": "armv7l"}, {"value": "x86_64"}]},
         {"id": 4, "kind": "url", "url": "https://e.org/bar/PKGBUILD", "branch": "", "repo": "r",
          "arch": [{"value": "any"}]})");
  CHECK(listing.problems.empty());
  REQUIRE(listing.targets.size() == 2);
  const auto& foo = listing.targets[0];
  CHECK(foo.name.empty());
  CHECK(foo.url == "https://e.org/pkgs.git");
  CHECK(foo.branch == "next");
  CHECK(foo.path == "tools/foo");
  CHECK(foo.repository == "mine");
  CHECK(foo.arch == std::vector<std::string>{"armv7h", "x86_64"});
  CHECK(foo.vieter_id == 3);
  CHECK_THAT(foo.origin, ContainsSubstring("target 3"));
  CHECK(listing.targets[1].kind == TargetKind::url);
}

TEST_CASE("a server's schedule is read as the server reads it, and a bad one is left out") {
  const auto listing = listed(
      R"({"id": 1, "url": "https://e.org/a.git", "repo": "r", "schedule": "0 3"},
         {"id": 2, "url": "https://e.org/b.git", "repo": "r", "schedule": "5/10 0-6/2 1"},
         {"id": 3, "url": "https://e.org/c.git", "repo": "r", "schedule": ""},
         {"id": 4, "url": "https://e.org/d.git", "repo": "r", "schedule": "0 \u001b[2J * * *"})");
  CHECK(listing.problems.empty());
  REQUIRE(listing.targets.size() == 4);
  CHECK(listing.targets[0].schedule == "0 3 * * *");
  CHECK(listing.targets[1].schedule == "5/10 0-6/2 1 * *");
  CHECK(listing.targets[2].schedule.empty());
  CHECK(listing.targets[3].schedule.empty());
  REQUIRE(listing.notices.size() == 1);
  CHECK_THAT(listing.notices[0],
             ContainsSubstring("target 4: its schedule '0 \\x1b[2J * * *' is left "
                               "out: it has 5 fields instead of 2 to 4"));
}

TEST_CASE("every page is asked for, until one is empty") {
  Vieter there;
  there.be(Version::v0_5);
  for (int page = 0; page < 3; ++page) {
    std::string entries;
    for (int i = 1; i <= (page < 2 ? 25 : 0); ++i) {
      const auto id = std::to_string(page * 25 + i);
      entries += (i > 1 ? "," : "") + (R"({"id": )" + id) + R"(, "url": "https://e.org/p)" + id +
                 R"(", "repo": "r"})";
    }
    there.on("GET /api/v1/targets?limit=25&offset=" + std::to_string(page * 25),
             data("[" + entries + "]"));
  }
  vieter::Server server(there.settings());
  CHECK(vieter::Targets(server).list().targets.size() == 50);
}

TEST_CASE("a server that answers all to every page is asked twice") {
  Vieter there;
  there.be(Version::v0_3);
  for (const auto* offset : {"0", "25", "50"})
    there.on(std::string("GET /api/repos?limit=25&offset=") + offset,
             data(R"([{"id": 1, "url": "https://e.org/a", "repo": "r"}])"));
  vieter::Server server(there.settings());
  CHECK(vieter::Targets(server).list().targets.size() == 1);
  CHECK(there.count("GET /api/repos?limit=25&offset=25") == 1);
  CHECK(there.count("GET /api/repos?limit=25&offset=50") == 0);
}

TEST_CASE("the seed's targets all go to its one repository") {
  Vieter there;
  there.be(Version::seed, R"([{"url": "https://e.org/a.git", "branch": "main"}])");
  vieter::Server server(there.settings());
  const auto listing = vieter::Targets(server).list();
  REQUIRE(listing.targets.size() == 1);
  CHECK(listing.targets[0].repository == "vieter");
  CHECK(listing.targets[0].builds_on("riscv64"));
}

TEST_CASE("0.2 lists a map") {
  Vieter there;
  there.be(Version::v0_2,
           R"({"0-1": {"url": "https://e.org/a", "arch": ["x86_64"], "repo": "r"}})");
  vieter::Server server(there.settings());
  const auto listing = vieter::Targets(server).list();
  REQUIRE(listing.targets.size() == 1);
  CHECK(listing.targets[0].vieter_id == 0);
}

TEST_CASE("what is listed twice is one target, and what goes to two repositories is two") {
  CHECK(urls(listed(R"({"id": 1, "url": "https://e.org/a", "repo": "r"},
                       {"id": 2, "url": "https://e.org/a", "repo": "r"},
                       {"id": 3, "url": "https://e.org/a", "repo": "s"})")) ==
        std::vector<std::string>{"https://e.org/a", "https://e.org/a"});
}

TEST_CASE("a list without an end ends with its bounds, whatever the server does with a limit") {
  const auto target = [](std::size_t id) {
    return R"({"id": )" + std::to_string(id) + R"(, "url": "https://e.org/a", "repo": "r"})";
  };
  SECTION("in bytes of a page") {
    const std::string large(vieter::ListingPage::kMostBytes, ' ');
    CHECK_THROWS_WITH(listed_by([&](std::size_t) { return "[" + large + "]"; }),
                      ContainsSubstring("does not end") && ContainsSubstring("16 MiB") &&
                          ContainsSubstring("/api/v1/targets"));
  }
  SECTION("in bytes of all pages") {
    const std::string large(vieter::ListingPage::kMostBytes / 3, ' ');
    CHECK_THROWS_WITH(
        listed_by([&](std::size_t offset) { return "[" + target(offset + 1) + large + "]"; }),
        ContainsSubstring("16 MiB"));
  }
  SECTION("in entries of a page") {
    std::string entries = "0";
    for (std::size_t i = 0; i < vieter::ListingPage::kMostEntries; ++i) entries += ",0";
    CHECK_THROWS_WITH(listed_by([&](std::size_t) { return "[" + entries + "]"; }),
                      ContainsSubstring("more than 50000 entries"));
  }
  SECTION("in entries of all pages") {
    CHECK_THROWS_WITH(listed_by([&](std::size_t offset) {
                        std::string entries;
                        for (std::size_t i = 1; i <= 20'000; ++i)
                          entries += (i > 1 ? "," : "") +
                                     ("{\"id\":" + std::to_string(offset * 1'000 + i) + "}");
                        return "[" + entries + "]";
                      }),
                      ContainsSubstring("more than 50000 targets"));
  }
}

TEST_CASE("an answer that comes by the byte is not waited for without an end") {
  scripted::Server drip({[](scripted::Connection& connection) {
                          connection.read_head();
                          connection.send("HTTP/1.1 200 OK\r\n\r\n{");
                          for (int i = 0; i < 100; ++i) {
                            connection.send(" ");
                            connection.hold(20);
                          }
                        }},
                        scripted::Server::On::port);
  auto settings = Vieter().settings();
  settings.address = drip.url();
  settings.longest_answer = std::chrono::milliseconds(200);
  vieter::Server server(settings);
  CHECK_THROWS_WITH(server.version(), ContainsSubstring("does not come to its end"));
}

TEST_CASE("a server whose entries are all bad is told in few lines") {
  std::string entries = "{}";
  for (int i = 0; i < 1'000; ++i) entries += ",{}";
  const auto problems = listed(entries).problems;
  REQUIRE(problems.size() == 21);
  CHECK_THAT(problems.back(), ContainsSubstring("981 more targets"));
}

TEST_CASE("a target without an arch is nobody's") {
  const auto listing = listed(R"({"id": 1, "url": "https://e.org/a", "repo": "r", "arch": []})");
  REQUIRE(listing.targets.size() == 1);
  CHECK_FALSE(listing.targets[0].builds_on("x86_64"));
}

TEST_CASE("an entry that can't be used is a problem, and the others count") {
  const auto [entry, problem] = GENERATE(table<std::string, std::string>({
      {R"("url": "--upload-pack=x", "repo": "r")", "its url is '--upload-pack=x'"},
      {R"("url": "/etc", "repo": "r")", "no file of this host"},
      {R"("url": "file:///etc", "repo": "r")", "no file of this host"},
      {R"("url": "https://e.org/a")", "its repo is ''"},
      {R"("url": "https://e.org/a", "repo": "../x")", "its repo is '../x'"},
      {R"("url": "https://e.org/a", "repo": "r", "path": "../x")", "its path is '../x'"},
      {R"("url": "https://e.org/a", "repo": "r", "branch": "-x")", "its branch is '-x'"},
      {R"("url": "https://e.org/a", "repo": "r", "kind": "hg")", "its kind 'hg' is unknown"},
      {R"("url": "git@e.org:a", "repo": "r", "kind": "url")", "no http or https URL"},
      {R"("url": "https://e.org/a", "repo": "r", "arch": ["a b"])", "its arch is 'a b'"},
  }));
  CAPTURE(entry);
  const auto listing =
      listed("{\"id\": 5, " + entry + R"(}, {"id": 6, "url": "https://e.org/good", "repo": "r"})");
  CHECK(urls(listing) == std::vector<std::string>{"https://e.org/good"});
  REQUIRE(listing.problems.size() == 1);
  CHECK_THAT(listing.problems[0],
             ContainsSubstring("target 5 can't be used: " + problem) || ContainsSubstring(problem));
}
