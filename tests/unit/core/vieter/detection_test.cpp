#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/vieter/scripted_vieter.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using scripted::Vieter;
using vieter::Version;

namespace {

constexpr const char* kOne = R"([{"id": 1, "url": "https://e.org/a"}])";

}  // namespace

TEST_CASE("each version is known by what it answers") {
  const auto [version, targets, text] = GENERATE(table<Version, std::string, std::string>({
      {Version::seed, "[]", "before 0.2"},
      {Version::v0_2, "{}", "0.2"},
      {Version::v0_3, "[]", "0.3"},
      {Version::v0_4, kOne, "0.4"},
      {Version::v0_5, kOne, "0.5"},
      {Version::v0_6, kOne, "0.6"},
  }));
  CAPTURE(text);
  Vieter there;
  there.be(version, targets);
  vieter::Server server(there.settings());
  CHECK(server.version_text() == text);
  CHECK(server.version() == version);
  const auto asked = there.requests().size();
  CHECK(server.version() == version);
  CHECK(there.requests().size() == asked);
}

TEST_CASE("0.5 and 0.6 can't be told apart without a target") {
  Vieter there;
  there.be(Version::v0_6);
  vieter::Server server(there.settings());
  CHECK(server.version_text() == "0.5 or 0.6");
}

TEST_CASE("a key that is refused is told, however the version refuses it, and remembered") {
  Vieter there;
  const int form = GENERATE(0, 1, 2);
  CAPTURE(form);
  if (form == 0) there.on("GET /api/v1/targets?limit=1&offset=0", 401, "401 Unauthorized");
  if (form == 1)
    there.on("GET /api/repos?limit=1&offset=0", 401, R"({"message": "Unauthorized.", "data": 0})");
  if (form == 2) there.on("GET /api/repos?limit=1&offset=0", 200, "Unauthorized.");
  vieter::Server server(there.settings());
  for (int i = 0; i < 2; ++i) {
    try {
      server.version();
      FAIL("the key was taken");
    } catch (const Error& error) {
      CHECK_THAT(error.report(), ContainsSubstring("the server refuses the key"));
      CHECK_THAT(error.report(), ContainsSubstring("try: check vieter.api_key"));
      CHECK_THAT(error.report(), ContainsSubstring(there.settings().address));
      CHECK_THAT(error.report(), !ContainsSubstring("k3y"));
    }
  }
  CHECK(there.requests().size() == (form == 0 ? 1 : 2));
}

TEST_CASE("what is no Vieter server is told") {
  Vieter there;
  const std::string page = "<!doctype html><title>Welcome</title>";
  if (GENERATE(true, false)) {
    there.on("GET /api/v1/targets?limit=1&offset=0", page);
    there.on("GET /api/v1/targets?offset=0&limit=1", page);
  } else {
    there.on("GET /api/repos?limit=1&offset=0", page);
  }
  vieter::Server server(there.settings());
  CHECK_THROWS_WITH(server.version(), ContainsSubstring("does not answer like a Vieter server") &&
                                          ContainsSubstring("it is not JSON"));
}

TEST_CASE("a server that has none of the routes is told with its answer") {
  const Vieter there;
  vieter::Server server(there.settings());
  CHECK_THROWS_WITH(server.version(), ContainsSubstring("the server answers 404: 404 Not Found"));
}

TEST_CASE("a server that is down is asked for a while, then once each time") {
  auto settings = Vieter().settings();  // gone by now
  vieter::Server server(settings);
  CHECK_THROWS_WITH(server.version(),
                    ContainsSubstring("cannot use the Vieter server at " + settings.address));
}

TEST_CASE("an error that passes is waited for") {
  Vieter there;
  there.be(Version::v0_4);
  int asked = 0;
  there.on("GET /api/v1/targets?limit=1&offset=0", [&](const auto&) {
    return scripted::closing(++asked < 2 ? 503 : 200, R"({"data": []})");
  });
  vieter::Server server(there.settings());
  CHECK(server.version() == Version::v0_4);
  CHECK(asked == 2);
}
