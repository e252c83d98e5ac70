#include <algorithm>
#include <thread>

#include "core/base/digest.hpp"
#include "core/vieter/server_repository.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/vieter/situation.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;
using scripted::Vieter;
using vieter::Version;

namespace {

const std::string kAdded = "Package added successfully.";

}  // namespace

TEST_CASE("a package is sent with its length, and read back") {
  Situation all(GENERATE(Version::v0_2, Version::v0_3, Version::v0_4));
  all.takes(200, kAdded);
  all.publish();
  REQUIRE(all.uploads() == 1);
  for (const auto& request : all.there.requests()) {
    if (!request.line.starts_with("POST")) continue;
    CHECK(request.body == kContent);
    CHECK_THAT(request.head, ContainsSubstring("Content-Length: 22\r\n"));
    CHECK_THAT(request.head, ContainsSubstring("X-Api-Key: k3y\r\n"));
    CHECK_THAT(request.head, !ContainsSubstring("Expect"));
    CHECK_THAT(request.head, !ContainsSubstring("chunked"));
  }
  CHECK(all.there.lines().back() == "GET /my%20repo/x86_64/foo-1%3A2-3");
  all.publish();
  CHECK(all.uploads() == 1);
}

TEST_CASE("a server gets one publication at a time", "[concurrent]") {
  Situation all(Version::v0_4);
  all.takes(200, "");
  auto other = all.package;
  other.name = file("bar-1-1-x86_64.pkg.tar.zst");
  // Says that bar is there as soon as it is asked.
  all.there.on("GET /my%20repo/x86_64/bar-1-1", [&](const Vieter::Request&) {
    for (int i = 0; i < 20; ++i) std::this_thread::yield();
    return scripted::answer(200, desc(other.sha256, other.name.text()), "Connection: close\r\n");
  });
  std::thread second([&] { vieter::ServerRepository("my repo", *all.server).publish({other}); });
  all.publish();
  second.join();
  std::string asked;
  for (const auto& line : all.there.lines())
    if (line.find("/x86_64/") != std::string::npos)
      asked += line.find("/bar") == std::string::npos ? 'f' : 'b';
  asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
  CHECK(asked.size() == 2);
}

TEST_CASE("what the server holds with other content is replaced") {
  Situation all(Version::v0_4);
  all.holds(sha256_of("another"));
  all.takes(200, "");
  all.publish();
  CHECK(all.uploads() == 1);
}

TEST_CASE("an upload that arrived in part, or failed, is sent again") {
  Situation all(Version::v0_4);
  all.there.on("POST /my%20repo/publish", [&](const Vieter::Request&) {
    const auto uploads = all.uploads();
    all.holds(uploads < 3 ? sha256_of("a part") : all.package.sha256);
    return scripted::answer(uploads == 1 ? 500 : 200, "", "Connection: close\r\n");
  });
  all.publish();
  CHECK(all.uploads() == 3);
}

TEST_CASE("an upload that never arrives whole fails, and says what is there") {
  Situation all(Version::v0_4);
  all.there.on("POST /my%20repo/publish", "");
  CHECK_THROWS_WITH(all.publish(), ContainsSubstring("cannot publish foo-1:2-3-x86_64.pkg.tar.zst "
                                                     "in 'my repo' of http://127.0.0.1") &&
                                       ContainsSubstring("it can't be found there now"));
  CHECK(all.uploads() > 1);
}

TEST_CASE("a refusal is not repeated") {
  Situation all(Version::v0_4);
  const int status = GENERATE(400, 401, 411);
  all.there.on("POST /my%20repo/publish", status, "no");
  CHECK_THROWS_WITH(all.publish(), ContainsSubstring(status == 401 ? "refuses the key" : "no") &&
                                       !ContainsSubstring("k3y"));
  CHECK(all.uploads() == 1);
}

TEST_CASE("a 200 of 0.2 is no success by itself") {
  Situation all(Version::v0_2);
  all.takes(200, "Welcome!");
  CHECK_THROWS_AS(all.publish(), Error);
}

TEST_CASE("the seed's success stands in its text") {
  Situation all(Version::seed);
  const auto there = [&](const std::string& content) {
    all.there.on("HEAD /foo-1%3A2-3-x86_64.pkg.tar.zst", "");
    all.there.on("GET /foo-1%3A2-3-x86_64.pkg.tar.zst", content);
  };
  SECTION("success") {
    all.there.on("POST /publish", [&](const Vieter::Request&) {
      there(kContent);
      return scripted::answer(200, kAdded, "Connection: close\r\n");
    });
    all.publish();
    CHECK(all.there.count("POST /publish") == 1);
  }
  SECTION("failures are tried again") {
    all.there.on("POST /publish", GENERATE("Failed to add package.", "Failed to upload file."));
    CHECK_THROWS_AS(all.publish(), Error);
    CHECK(all.there.count("POST /publish") > 1);
  }
  SECTION("refusals are not") {
    all.there.on("POST /publish", GENERATE("Unauthorized.", "Content-Type header isn't set."));
    CHECK_THROWS_AS(all.publish(), Error);
    CHECK(all.there.count("POST /publish") == 1);
  }
  SECTION("a file that is there with other content stays") {
    there("another content");
    CHECK_THROWS_AS(all.publish(), Unpublishable);
    CHECK(all.there.count("POST /publish") == 0);
  }
}

TEST_CASE("what a server would cut off is not sent") {
  Situation all(Version::v0_6);
  all.package.size = std::uint64_t{1} << 31U;
  CHECK_THROWS_AS(all.publish(), Unpublishable);
  CHECK_THROWS_WITH(all.publish(), ContainsSubstring("2147483648 bytes"));
  CHECK(all.there.requests().empty());
}

TEST_CASE("a repository that the server can't have is not published to") {
  Situation all(Version::v0_4);
  vieter::ServerRepository api("api", *all.server);
  CHECK_THROWS_AS(api.publish({all.package}), Unpublishable);
}
