#include "tests/unit/config/fixture.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"

namespace pkgkiln::config::test {

Fixture::Fixture() {
  request.home = path("home");
  request.working_dir = directory_.path();
  request.system_file = path("etc/config.toml");
}

Fixture& Fixture::file(const std::string& toml) {
  write("pkgkiln.toml", toml);
  request.file = "pkgkiln.toml";
  return *this;
}

Fixture& Fixture::env(const std::string& name, const std::string& value) {
  request.env[name] = value;
  return *this;
}

Fixture& Fixture::set(const std::string& key, const std::string& value) {
  request.overrides.push_back({key, value, "--set"});
  return *this;
}

std::vector<std::string> Fixture::problems() const {
  try {
    load();
  } catch (const UsageError& error) {
    CHECK(error.what_failed() == "the configuration is not valid");
    return error.causes();
  }
  FAIL("this configuration was accepted");
  return {};
}

std::string Fixture::problem() const {
  const auto all = problems();
  CAPTURE(all);
  REQUIRE(all.size() == 1);
  return all.front();
}

void Fixture::write(const std::string& name, const std::string& content) const {
  std::filesystem::create_directories(path(name).parent_path());
  write_file_atomically(path(name), content, 0600);
}

}  // namespace pkgkiln::config::test
