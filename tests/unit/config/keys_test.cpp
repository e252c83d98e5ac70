#include "config/keys.hpp"

#include <set>

#include "config/loading.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln::config;

namespace {

/// What the place of a key holds when nothing was configured.
std::string blank(const Key& key) {
  Settings settings;
  RepositorySettings repository;
  TargetSettings target;
  Record record = &settings;
  if (key.table == "repositories") record = &repository;
  if (key.table == "targets") record = &target;
  return toml_value(key.slot(record)).value_or("");
}

}  // namespace

TEST_CASE("the defaults in the table are those of the settings") {
  for (const auto& key : keys()) {
    CAPTURE(key.full_name());
    const auto value = blank(key);
    CHECK((value == "\"\"" ? "" : value) == key.default_value);
  }
}

TEST_CASE("every key can be told apart, is explained, and belongs to a table") {
  std::set<std::string> names;
  std::set<std::string> variables;
  for (const auto& key : keys()) {
    CAPTURE(key.full_name());
    CHECK(names.insert(key.full_name()).second);
    CHECK(variables.insert(key.environment_name()).second);
    CHECK(find_table(key.table) != nullptr);
    CHECK(find_key(key.table, key.name) == &key);
    CHECK(key.doc.ends_with('.'));
    CHECK(key.doc.size() <= 98);
    CHECK_FALSE((key.default_value.empty() && key.example.empty()));
  }
}

TEST_CASE("what is text, a path, a secret or a list has a check") {
  const std::set<std::string_view> checked{"text", "path", "secret text", "list of words"};
  for (const auto& key : keys()) {
    CAPTURE(key.full_name());
    CHECK((key.check != nullptr) ==
          (checked.contains(key.type()) && key.name != "kind" && key.name != "checkout" ||
           key.full_name() == "runtime.kind"));
  }
}

TEST_CASE("names of keys and tables") {
  const auto* key = find_key("vieter", "api_key");
  REQUIRE(key != nullptr);
  CHECK(key->full_name() == "vieter.api_key");
  CHECK(key->environment_name() == "PKGKILN_VIETER_API_KEY");
  CHECK(key->secret());
  CHECK_FALSE(find_key("vieter", "address")->secret());
  CHECK(find_key("vieter", "apikey") == nullptr);
  CHECK(find_table("targets")->header() == "[[targets]]");
  CHECK(find_table("build")->header() == "[build]");
  CHECK(find_table("build")->environment_prefix() == "PKGKILN_BUILD_");
  CHECK(find_table("target") == nullptr);
}
