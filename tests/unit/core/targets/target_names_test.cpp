#include "core/targets/target_names.hpp"

#include <algorithm>
#include <set>

#include "core/base/secret.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;
using Catch::Matchers::StartsWith;
using Names = std::vector<std::string>;

namespace {

Target of(const std::string& url, std::int64_t id = 0, const std::string& repository = "r") {
  Target target;
  target.url = url;
  target.repository = repository;
  target.vieter_id = id;
  return target;
}

Names named(std::vector<Target> targets, const RememberedNames& remembered = {}) {
  name_targets(targets, remembered);
  Names names;
  for (const auto& target : targets) names.push_back(target.name);
  return names;
}

const Target alice = of("https://e.org/alice/hello.git"), bob = of("https://e.org/bob/hello.git");

}  // namespace

TEST_CASE("of two targets with one name and no id both get one, and the first keeps its own") {
  const auto names = named({alice, bob});
  CHECK(names[0] == "hello");
  CHECK_THAT(names[1], StartsWith("hello@"));
  CHECK(is_target_name(names[1]));
  CHECK(named({alice, bob, of("https://e.org/carol/hello.git")})[1] == names[1]);
  const auto two = named({of("https://e.org/a", 0, "r"), of("https://e.org/a", 0, "s")});
  CHECK(two[0] == "a");
  CHECK_THAT(two[1], StartsWith("a@"));
}

TEST_CASE("a new target renames no older one, wherever it stands in the list") {
  const RememberedNames remembered{{{alice.url, "", "", "r"}, "hello"}};
  const auto names = named({bob, alice}, remembered);
  CHECK(names[1] == "hello");
  CHECK(names[0] == named({alice, bob})[1]);
  // By ids it doesn't even take a memory.
  const auto old = of(alice.url, 3), young = of(bob.url, 9);
  CHECK(named({old, young}) == Names{"hello", "hello@9"});
  CHECK(named({young, old}) == Names{"hello@9", "hello"});
}

TEST_CASE("names of earlier versions remain") {
  const RememberedNames remembered{{{alice.url, "", "", "r"}, "hello@1"},
                                   {{bob.url, "", "", "r"}, "hello@9"}};
  CHECK(named({of(alice.url, 1), of(bob.url, 9), of("https://e.org/new/hello", 12)}, remembered) ==
        Names{"hello@1", "hello@9", "hello"});
  const RememberedNames by_branch{{{bob.url, "", "", "r"}, "hello@main"}};
  CHECK(named({alice, bob}, by_branch) == Names{"hello", "hello@main"});
}

TEST_CASE("a name that was given is nobody else's, even if it is remembered") {
  auto configured = of("https://e.org/other");
  configured.name = "hello";
  const RememberedNames remembered{{{alice.url, "", "", "r"}, "hello"}};
  CHECK(named({configured, of(alice.url, 7)}, remembered) == Names{"hello", "hello@7"});
}

TEST_CASE("what is remembered and is no name is not used") {
  CHECK(named({alice}, {{{alice.url, "", "", "r"}, "../x"}}) == Names{"hello"});
}

TEST_CASE("a secret of an URL does not keep a target from being known again") {
  const std::string url = "https://user:word@e.org/a";
  const RememberedNames remembered{{{displayable_url(url), "", "", "r"}, "mine"}};
  CHECK(named({of(url)}, remembered) == Names{"mine"});
}

TEST_CASE("names are unique and fit, however long and many") {
  std::vector<Target> targets{of("https://e.org/---", 10), of("https://e.org/+--")};
  for (int i = 0; i < 50; ++i)
    targets.push_back(
        of("https://e.org/" + std::to_string(i) + "/" + std::string(200, 'a'), i % 3));
  // Whose digits are the same, since only their secrets differ.
  for (int i = 0; i < 3; ++i) targets.push_back(of("https://u:" + std::to_string(i) + "@e.org/b"));
  const auto names = named(targets);
  CHECK(names[0] == "target@10");
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
  CHECK(std::all_of(names.begin(), names.end(), is_target_name));
}
