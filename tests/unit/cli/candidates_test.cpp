#include "cli/arguments.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln::cli;

namespace {

/// What may stand in the place of the last word; targets are named by the configuration file.
std::vector<std::string> candidates_of(const std::vector<std::string>& words) {
  std::vector<std::string> found;
  for (const auto& each : candidates(words, [](const Arguments& arguments) {
         return std::vector<std::string>{
             "one-" + arguments.config_file.value_or("default").string(), "two"};
       }))
    found.push_back(each.word);
  return found;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("commands are completed, and those below them") {
  CHECK(candidates_of({"bui"}) == Words{"build"});
  CHECK(candidates_of({"-q", "ledger", ""}) == Words{"export", "import"});
  CHECK(candidates_of({}).size() > 15);
}

TEST_CASE("options are completed, the general ones after each command") {
  CHECK(candidates_of({"build", "--fo"}) == Words{"--force"});
  CHECK(candidates_of({"ledger", "import", "--re"}) == Words{"--replace"});
  CHECK(candidates_of({"build", "--ver"}) == Words{"--version", "--verbose"});
  CHECK(candidates_of({"ledger", "--fo"}).empty());
}

TEST_CASE("targets of the configuration that is named are completed where a command takes some") {
  CHECK(candidates_of({"build", ""}) == Words{"one-default", "two"});
  for (const auto& words : {Words{"-c", "x", "build", "o"},
                            {"build", "--config", "x", "o"},
                            {"--config=x", "build", "o"},
                            {"--config", "=", "x", "build", "o"}})
    CHECK(candidates_of(words) == Words{"one-x"});
  CHECK(candidates_of({"remove", "t"}) == Words{"two"});
  CHECK(candidates_of({"config", ""}).empty());
}

TEST_CASE("values are completed where they are few, and files are left to the shell") {
  CHECK(candidates_of({"--runtime", "d"}) == Words{"docker"});
  CHECK(candidates_of({"--runtime", "="}) == Words{"auto", "podman", "docker"});
  CHECK(candidates_of({"shell", "--step", ""}) == Words{"dependencies", "fetch", "build"});
  CHECK(candidates_of({"--config", "t"}).empty());
  CHECK(candidates_of({"deny", "--note", "t"}).empty());
}
