#include "core/ledger/ledger_json.hpp"

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/source_dir.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string exported() {
  return read_file(test::source_dir() / "tests/fuzz/corpus/ledger/all");
}

/// The text with one part of it changed.
std::string with(const std::string& part, const std::string& other) {
  auto text = exported();
  const auto at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.replace(at, part.size(), other);
}

}  // namespace

TEST_CASE("a ledger is read again as it was exported") {
  const auto contents = ledger_from_json(exported());
  CHECK(to_json(contents) == exported());
  REQUIRE(contents.decisions.size() == 3);
  const auto& approval = std::get<Approval>(contents.decisions[0]);
  CHECK(approval.people == People{"ada", {"bob"}, "dan"});
  CHECK(approval.allowed == std::vector<std::string>{"source-path"});
  CHECK(approval.at == std::chrono::system_clock::from_time_t(1'790'942'400));
  CHECK_FALSE(std::get<Approval>(contents.decisions[1]).people);
  CHECK(std::get<Denial>(contents.decisions[2]).freeze);
  CHECK(contents.names.at(0).pkgname == "paru");
  CHECK(ledger_from_json(to_json({})) == LedgerContents());
}

TEST_CASE("what no export says is refused, and what it is") {
  const auto refused = [](const std::string& text, const char* why) {
    CHECK_THROWS_WITH(
        ledger_from_json(text),
        ContainsSubstring("cannot read the exported ledger") && ContainsSubstring(why));
  };
  refused("", "empty");
  refused("[]", "'format' is not in an object");
  refused("{}", "'format' is not there");
  refused(with("pkgkiln-ledger", "other"), "'format'");
  refused(with("\"version\": 1", "\"version\": 2"), "newer version");
  refused(with("\"approve\"", "\"perhaps\""), "'verdict'");
  refused(with("\"target\": \"paru\"", "\"target\": \"../paru\""), "'target'");
  refused(with("\"commit\": \"4ab1", "\"commit\": \"HEAD"), "'commit'");
  refused(with("\"note\": \"", "\"note\": \"\\u001b"), "'note'");
  refused(with("2026-10-02T12:00:00Z", "yesterday"), "'at'");
  refused(with("2026-10-02T12:00:00Z", "2999-10-02T12:00:00Z"), "'at'");
  refused(with("\"how\": \"person\"", "\"how\": \"else\""), "'how'");
  refused(with("\"pkgbase_id\": 7", "\"pkgbase_id\": -7"), "'pkgbase_id'");
  refused(with("\"pkgname\": \"paru\"", "\"pkgname\": \"a b\""), "'pkgname'");
  refused(with("\"repository\": \"kiln\"", "\"repository\": \"../kiln\""), "'repository'");
  refused(with("\"pkgname\": \"paru-debug\"", "\"pkgname\": \"paru\""), "names each once");
  refused(with("\"bob\"", "7"), "'co_maintainers'");
}
