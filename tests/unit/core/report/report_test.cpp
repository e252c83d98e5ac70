#include "core/report/report.hpp"

#include <fstream>
#include <rapidjson/document.h>
#include <set>
#include <sys/stat.h>

#include "core/base/process.hpp"
#include "core/job/job.hpp"
#include "core/report/escape.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/journal/records.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using test::HistorySetup;
using test::made;
namespace fs = std::filesystem;

namespace {

/// A name that does what names can.
const std::string kHostile = "</script><img src=x onerror=alert(1)>'\"&\\..";

struct Site : HistorySetup {
  History history{state};
  Ledger ledger{state, Ledger::Access::write};
  fs::path root = dir.path() / "report";
  report::ReportSettings settings{
      root, "My <packages>", "https://example.com/p", {{"kiln", "https://example.com/p/$repo"}}};

  report::Written write() { return report::write_report(settings, state, history, ledger); }
  std::string text(const fs::path& path) const { return read_file(root / path); }
  bool has(const fs::path& path) const { return fs::exists(root / path); }

  void print(BuildRecord& record, const std::string& log) {
    record.log = state.log("t", record.build);
    fs::create_directories(record.log.parent_path());
    std::ofstream(record.log, std::ios::binary) << log;
  }
  void built(const BuildRecord& record) {
    history.record(record);
    Job job;
    job.record = record;
    history.record_attempts({&job});
  }
  /// The files that were written since the last call, without those that are new after every run.
  std::set<std::string> changed() {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file()) continue;
      const auto name = entry.path().lexically_relative(root).string();
      struct stat there {};
      ::stat(entry.path().c_str(), &there);
      if (std::exchange(inodes_[name], there.st_ino) != there.st_ino && name.find('/') != name.npos)
        names.insert(name);
    }
    return names;
  }

 private:
  std::map<std::string, ino_t> inodes_;
};

std::string page_of(const std::string& name) {
  return "targets/" + report::file_name_for(name) + ".html";
}

/// By a parser of XML that isn't ours.
bool is_xml(const fs::path& file) {
  ProcessSpec spec;
  spec.command = {"python3", "-c", "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])",
                  file.string()};
  return run_process(
             spec, [](std::string_view) {}, Cancellation::never())
             .code == 0;
}

}  // namespace

TEST_CASE("a report shows how targets stand, and what they were built to") {
  Site site;
  auto good = made("foo", "b1", "built", {"foo-1-1-any.pkg.tar.zst"});
  good.version = "2-1";
  site.built(good);
  auto bad = made("bar", "b2", "failed");
  bad.step = "build";
  bad.why = "a function failed";
  site.built(bad);
  RunRecord run;
  run.run = "r";
  run.host = "kiln.example.com";
  run.started = bad.started;
  run.finished = bad.finished;
  run.targets = 2;
  run.built = run.failed = 1;
  site.history.record_run(run);
  RunRecord idle = run;  // nothing was due
  idle.run = "s";
  idle.targets = idle.built = idle.failed = 0;
  site.history.record_run(idle);
  site.ledger.hold({"foo", "c", "1", "2", {"sources"}, bad.started});
  site.settings.key = {"ABCD", "armored"};
  site.write();
  const auto index = site.text("index.html");
  CHECK_THAT(index, ContainsSubstring("1 of 2 targets built, 1 failed, in 59 min 59 s"));
  CHECK_THAT(index, ContainsSubstring("My &lt;packages&gt;"));
  CHECK_THAT(index, ContainsSubstring("Server = https://example.com/p/$repo"));
  CHECK_THAT(index, ContainsSubstring("pacman-key --lsign-key ABCD"));
  CHECK_THAT(index, ContainsSubstring("at step build: a function failed"));
  CHECK(index.find("bar.html") < index.find("foo.html"));
  CHECK(site.text("key.asc") == "armored");
  const auto foo = site.text("targets/foo.html");
  CHECK_THAT(foo, ContainsSubstring("foo-1-1-any.pkg.tar.zst"));
  CHECK_THAT(foo, ContainsSubstring("Held by sources"));
  CHECK_THAT(site.text("list-1.html"), ContainsSubstring("targets/bar.html"));
}

TEST_CASE("clients are told to require signatures only where all is signed") {
  Site site;
  site.settings.key = {"ABCD", "armored"};
  site.settings.repositories = {{"mine", "https://a/$repo", true}, {"far", "https://b/$repo"}};
  site.write();
  const auto index = site.text("index.html");
  CHECK_THAT(index, ContainsSubstring("[mine]\nSigLevel = Required\nServer = https://a/$repo\n"));
  CHECK_THAT(index, ContainsSubstring("[far]\nSigLevel = Optional TrustAll\n"));
  CHECK_THAT(index, ContainsSubstring("The packages of mine are signed."));
}

TEST_CASE("names, reasons and versions are text wherever they stand") {
  Site site;
  auto record = made(kHostile, "<b>1", "failed");
  record.why = record.hint = record.step = record.version = record.url = record.commit =
      record.repository = kHostile;
  site.built(record);
  auto other = made("needs-it", "2", "built");
  Job job;
  job.record = other;
  job.inspection = std::make_shared<Inspection>();
  site.built(other);
  site.write();
  for (const auto& entry : fs::recursive_directory_iterator(site.root))
    if (entry.path().extension() == ".html")
      CHECK(read_file(entry.path()).find("<img") == std::string::npos);
  CHECK(site.has(page_of(kHostile)));
  const auto index = site.text("index.html");
  const auto begin = index.find("id=\"data\">") + 10;
  rapidjson::Document data;
  data.Parse(index.substr(begin, index.find("</script>", begin) - begin).c_str());
  REQUIRE_FALSE(data.HasParseError());
  CHECK(data["rows"][0][0].GetString() == kHostile);
  CHECK(data["rows"][0][6].GetString() == report::file_name_for(kHostile));
}

TEST_CASE("the feed tells of failures and new versions, with ids that stay") {
  Site site;
  auto first = made("foo", "1", "built");
  first.version = "1-1";
  first.previous_version = "";
  auto same = made("foo", "2", "built");
  same.version = same.previous_version = "1-1";
  auto bad = made(kHostile, "3", "failed");
  bad.why = "\x01 ]]> & \xff";
  for (const auto& one : {first, same, bad}) site.built(one);
  site.write();
  const auto feed = site.text("feed.xml");
  CHECK(is_xml(site.root / "feed.xml"));
  std::set<std::string> ids;
  std::size_t entries = 0;
  for (auto at = feed.find("<id>"); at != std::string::npos; at = feed.find("<id>", at + 1))
    ids.insert(feed.substr(at, feed.find("</id>", at) - at));
  for (auto at = feed.find("<entry>"); at != std::string::npos; at = feed.find("<entry>", at + 1))
    ++entries;
  CHECK(entries == 2);
  CHECK(ids.size() == 3);
  CHECK_THAT(feed, ContainsSubstring("<title>foo 1-1</title>"));
  CHECK_THAT(feed, ContainsSubstring("href=\"https://example.com/p/targets/foo.html\""));
  CHECK_THAT(feed, ContainsSubstring("<updated>2023-11-14T23:13:20Z</updated>"));
  fs::remove_all(site.root);
  site.settings.url.clear();
  site.write();
  for (const auto& id : ids) CHECK_THAT(site.text("feed.xml"), ContainsSubstring(id));
  CHECK_THAT(site.text("feed.xml"), ContainsSubstring("href=\"targets/foo.html\""));
}

TEST_CASE("metrics are in Prometheus' text format") {
  Site site;
  site.built(made("a\"b\\c\nd", "1", "failed"));
  site.write();
  const auto metrics = site.text("metrics.prom");
  CHECK_THAT(metrics, ContainsSubstring("# TYPE pkgkiln_target_good gauge\npkgkiln_target_good{"
                                        "target=\"a\\\"b\\\\c d\",repository=\"mine\"} 0\n"));
  CHECK_THAT(metrics, ContainsSubstring("pkgkiln_targets{status=\"failed\"} 1\n"));
  CHECK_THAT(metrics, ContainsSubstring("pkgkiln_target_last_build_duration_seconds{"));
  CHECK(metrics.find("last_run") == std::string::npos);
}

TEST_CASE("a log folds by its steps, and the one that failed is open") {
  Site site;
  auto record = made("t", "1", "failed");
  site.print(record,
             "==> [14:02:11] fetch (builder, network on)\n<b>fetched</b>\n"
             "<== [14:02:14] fetch: exit code 0 after 3.2 s\n"
             "--> [14:02:14] a note\n"
             "==> [14:02:15] build (builder, network off)\nno such file\n"
             "<== [14:02:16] build: exit code 4 after 1.0 s\n");
  site.built(record);
  site.write();
  const auto log = site.text("logs/t,1.html");
  CHECK_THAT(log,
             ContainsSubstring("<details><summary><b>fetch</b><span class=\"s good\">exit code "
                               "0 after 3.2 s</span></summary><pre>&lt;b&gt;fetched"));
  CHECK_THAT(log, ContainsSubstring("<details open><summary><b>build</b><span class=\"s bad\">exit "
                                    "code 4 after 1.0 s</span></summary><pre>no such file"));
  CHECK_THAT(log, ContainsSubstring("a note"));
  CHECK_THAT(site.text("targets/t.html"), ContainsSubstring("../logs/t,1.html"));
  CHECK_FALSE(site.has("logs/t,1.txt"));
}

TEST_CASE("of a long log the end is shown, and all of it is beside") {
  Site site;
  auto record = made("t", "1", "failed");
  std::string text = "==> [14:02:11] build (builder, network off)\nfirst line\n";
  for (int i = 0; i < 9'000; ++i) text += "\"<&>'\xc3\xbc line " + std::to_string(i) + "\n";
  text += std::string(9'000, '<') + "\n<== [14:02:16] build: exit code 4 after 1.0 s\n";
  site.print(record, text);
  site.built(record);
  site.write();
  const auto log = site.text("logs/t,1.html");
  CHECK(log.size() < 170'000);
  CHECK(log.find("first line") == std::string::npos);
  CHECK_THAT(log, ContainsSubstring("line 8999\n"));
  CHECK_THAT(log, ContainsSubstring("This is only the end of it: <a href=\"t,1.txt\">"));
  CHECK_THAT(log, ContainsSubstring("<b>build</b>"));
  CHECK(site.text("logs/t,1.txt") == text);
}

TEST_CASE("a log with a long line is told to be cut there, and not that its beginning is missing") {
  Site site;
  auto record = made("t", "1", "failed");
  site.print(record, "==> [14:02:11] build (builder, network off)\n" + std::string(9'000, 'x') +
                         "\n<== [14:02:16] build: ended: the engine said: gone after 1.0 s\n");
  site.built(record);
  site.write();
  const auto log = site.text("logs/t,1.html");
  CHECK_THAT(log, ContainsSubstring("Long lines are cut: <a href=\"t,1.txt\">"));
  CHECK(log.find("only the end") == std::string::npos);
  CHECK_THAT(log, ContainsSubstring(">ended: the engine said: gone after 1.0 s<"));
}

TEST_CASE("logs are shown of the newest build, and of the newest that failed") {
  Site site;
  for (const auto& [build, status] : {std::pair("1", "failed"), std::pair("2", "failed"),
                                      std::pair("3", "built"), std::pair("4", "built")}) {
    auto record = made("t", build, status);
    site.print(record, "printed\n");
    site.built(record);
    site.write();
  }
  CHECK(site.has("logs/t,4.html"));
  CHECK(site.has("logs/t,2.html"));
  CHECK_FALSE(site.has("logs/t,3.html"));
  CHECK_FALSE(site.has("logs/t,1.html"));
}

TEST_CASE("a page is written again when one that it leads to comes or goes") {
  Site site;
  Job job;
  job.record = made("app", "1", "built");
  job.inspection = std::make_shared<Inspection>();
  job.inspection->srcinfo.emplace().makedepends = {"lib"};
  site.history.record(job.record);
  site.history.record_attempts({&job});
  site.ledger.own({{"mine", "lib", "lib-git", "", job.record.finished}});
  site.write();
  CHECK_THAT(site.text("targets/app.html"), ContainsSubstring("lib (lib-git)"));
  site.built(made("lib-git", "2", "built"));
  site.write();
  CHECK_THAT(site.text("targets/app.html"), ContainsSubstring("href=\"lib-git.html\""));
}

TEST_CASE("only pages that would change are written again") {
  Site site;
  for (const auto* name : {"a", "b", "c"}) site.built(made(name, "1", "built"));
  site.write();
  CHECK(site.changed().size() == 3);
  CHECK(site.write().written == 0);
  CHECK(site.changed().empty());
  site.built(made("b", "2", "failed"));
  site.write();
  CHECK(site.changed() == std::set<std::string>{"targets/b.html"});
  // A look that finds nothing new is no reason.
  auto again = made("a", "", "built");
  again.finished += std::chrono::hours(1);
  Job job;
  job.record = again;
  site.history.record_attempts({&job});
  site.write();
  CHECK(site.changed().empty());
  site.ledger.hold({"c", "commit", "1", "2", {"sources"}, again.finished});
  site.write();
  CHECK(site.changed() == std::set<std::string>{"targets/c.html"});
  site.history.forget_states([](const std::string& name) { return name != "c"; });
  CHECK(site.write().removed == 1);
  CHECK_FALSE(site.has("targets/c.html"));
  site.settings.title = "Others";
  site.write();
  CHECK(site.changed().size() == 2);
}
