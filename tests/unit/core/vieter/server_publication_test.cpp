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
  Terms terms;
  std::uint64_t gone = 0;
  terms.sent = [&](const std::string& file, std::uint64_t bytes, std::uint64_t total) {
    CHECK(file == all.package.name.text());
    CHECK(total == kContent.size());
    gone = bytes;
  };
  all.repository->publish({all.package}, terms);
  CHECK(gone == kContent.size());
  REQUIRE(all.uploads() == 1);
  for (const auto& request : all.there.requests()) {
    if (request.method() != "POST") continue;
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
  all.there.on("GET /my%20repo/x86_64/bar-1-1", [&](const auto&) {
    for (int i = 0; i < 20; ++i) std::this_thread::yield();
    return scripted::closing(200, desc(other.sha256, other.name.text()));
  });
  std::thread second([&] { vieter::ServerRepository("my repo", *all.server).publish({other}); });
  all.publish();
  second.join();
  std::string asked;
  for (const auto& line : all.there.lines())
    if (line.find("/x86_64/") != std::string::npos && !line.ends_with(".db"))
      asked += line.find("/bar") == std::string::npos ? 'f' : 'b';
  asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
  CHECK(asked.size() == 2);
}

TEST_CASE("no version on a server gives way to an older one, unless it is ours and forced") {
  const auto version = GENERATE(Version::seed, Version::v0_2, Version::v0_4);
  Situation all(version);
  const std::string there = GENERATE("foo-1:2-4-x86_64.pkg.tar.zst", "foo-2:1-1-any.pkg.tar.xz");
  const auto name = file(there);
  const Situation::Entries newer{{name.pkgname + "-" + name.version + "/desc", desc("abc", there)}};
  all.lists("x86_64", newer);
  all.there.on("GET /vieter.db", all.database(newer));
  auto other = all.package;
  other.name = file("bar-1-1-x86_64.pkg.tar.zst");
  Terms terms;
  terms.forced = GENERATE(false, true);
  CHECK_THROWS_AS(all.repository->publish({other, all.package}, terms), Unpublishable);
  CHECK_THROWS_WITH(all.repository->publish({all.package}, terms),
                    ContainsSubstring(name.version + ", which is newer"));
  for (const auto& line : all.there.lines()) CHECK_FALSE(line.starts_with("POST"));
  if (version == Version::seed) return;
  terms.made = [&](const std::string& file_name) {
    return file_name == there ? std::vector<std::string>{"abc"} : std::vector<std::string>{};
  };
  all.takes(200, kAdded);
  if (terms.forced)
    all.repository->publish({all.package}, terms);
  else
    CHECK_THROWS_AS(all.repository->publish({all.package}, terms), Unpublishable);
  CHECK(all.uploads() == (terms.forced ? 1 : 0));
}

TEST_CASE("an older version gives way, and so does none") {
  Situation all(Version::v0_4, "foo-1:2-3-any.pkg.tar.zst");
  SECTION("of the machine's arch") {
    all.lists("x86_64", {{"foo-1:2-2/desc", desc("abc", "foo-1:2-2-any.pkg.tar.zst")}});
    all.lists("aarch64", {{"foo-1:3-1/desc", desc("abc", "foo-1:3-1-any.pkg.tar.zst")}});
  }
  SECTION("and no other package matters") {
    all.lists("x86_64", {{"bar-3-1/desc", desc("abc", "bar-3-1-any.pkg.tar.zst")}});
  }
  all.takes(200, "");
  all.publish();
  CHECK(all.uploads() == 1);
}

TEST_CASE("a package for any arch is held against another arch while its own has nothing") {
  Situation all(Version::v0_4, "foo-1:2-3-any.pkg.tar.zst");
  all.lists("aarch64", {{"foo-1:3-1/desc", desc("abc", "foo-1:3-1-any.pkg.tar.zst")}});
  CHECK_THROWS_AS(all.publish(), Unpublishable);
}

TEST_CASE("nothing is published where it can't be told what that would replace") {
  Situation all(Version::v0_4);
  all.takes(200, "");
  const std::string database = "GET /my%20repo/x86_64/my%20repo.db";
  SECTION("at all") {
    all.there.on(database, "<!doctype html>");
    CHECK_THROWS_WITH(all.publish(), ContainsSubstring("cannot read the database") &&
                                         ContainsSubstring("/my%20repo/x86_64/my%20repo.db"));
    CHECK(all.uploads() == 0);
  }
  SECTION("but a database that is just being written is asked for again") {
    const auto whole = all.database({{"foo-1-1/desc", desc("abc", "foo-1-1-any.pkg.tar.zst")}});
    int asked = 0;
    all.there.on(database, [&](const auto&) {
      return scripted::closing(200, ++asked < 3 ? whole.substr(0, 20) : whole);
    });
    all.publish();
    CHECK(asked == 3);
    CHECK(all.uploads() == 1);
  }
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
  all.there.on("POST /my%20repo/publish", [&](const auto&) {
    const auto uploads = all.uploads();
    all.holds(uploads < 3 ? sha256_of("a part") : all.package.sha256);
    return scripted::closing(uploads == 1 ? 500 : 200, "");
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
    all.there.on("POST /publish", [&](const auto&) {
      there(kContent);
      return scripted::closing(200, kAdded);
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

TEST_CASE("a repository that the server can't have is refused before anything is built for it") {
  const std::string name = GENERATE("api", "API", "aPi");
  const Situation all(Version::v0_4);
  CHECK_THROWS_AS(vieter::ServerRepository(name, *all.server), Unpublishable);
  CHECK_THROWS_WITH(vieter::ServerRepository(name, *all.server),
                    ContainsSubstring("the server keeps that name for itself"));
  const Situation old(Version::v0_2);
  CHECK_NOTHROW(vieter::ServerRepository(name, *old.server));
  CHECK_NOTHROW(vieter::ServerRepository("apis", *all.server));
}

TEST_CASE("a repository whose name the server refuses is nothing to wait for") {
  Situation all(Version::v0_3);
  all.there.on(
      "POST /my%20repo/publish", 400,
      R"({"message": "'my repo' is a reserved keyword & cannot be used as a repo name."})");
  CHECK_THROWS_AS(all.publish(), Unpublishable);
}

TEST_CASE("a package whose desc can't be asked is sent once") {
  Situation all(Version::v0_4, "foo.pkgtool-1-1-x86_64.pkg.tar.zst");
  all.there.on("POST /my%20repo/publish", [&](const auto&) {
    all.lists("x86_64",
              {{all.stem() + "/desc", desc(all.package.sha256, all.package.name.text())}});
    return scripted::closing(200, "");
  });
  all.publish();
  CHECK(all.uploads() == 1);
  all.publish();
  CHECK(all.uploads() == 1);
}

TEST_CASE("questions that used up the patience leave an upload all of its own") {
  Situation all(Version::v0_4);
  const std::string other = "GET /my%20repo/x86_64/bar-1-1";
  all.there.on(other, 500);
  const auto bar = file("bar-1-1-x86_64.pkg.tar.zst");
  CHECK_THROWS_AS(all.repository->contains(bar), Error);
  const auto patient = all.there.count(other);
  CHECK(patient > 1);
  CHECK_THROWS_AS(all.repository->contains(bar), Error);
  CHECK(all.there.count(other) == patient + 1);  // the next question is asked once
  int questions = 0;
  all.there.on("GET /my%20repo/x86_64/foo-1%3A2-3", [&](const auto&) {
    const bool there = all.uploads() > 1;
    const bool fails = ++questions == 1 || (all.uploads() == 1 && questions < 4);
    return scripted::closing(fails   ? 503
                             : there ? 200
                                     : 404,
                             there ? desc(all.package.sha256) : "");
  });
  all.there.on("POST /my%20repo/publish",
               [&](const auto&) { return scripted::closing(all.uploads() == 1 ? 500 : 200, ""); });
  all.publish();
  CHECK(all.uploads() == 2);
}

TEST_CASE("patience comes back when a server that was down may be there again") {
  Situation all(Version::v0_4);
  auto settings = all.there.settings();
  settings.retry_timeout = std::chrono::milliseconds(300);
  vieter::Server server(settings);
  vieter::ServerRepository repository("my repo", server);
  const std::string question = "GET /my%20repo/x86_64/foo-1%3A2-3";
  all.there.on(question, 500);
  CHECK_THROWS_AS(repository.contains(all.package.name), Error);
  const auto before = all.there.count(question);
  CHECK_THROWS_AS(repository.contains(all.package.name), Error);
  CHECK(all.there.count(question) == before + 1);
  std::this_thread::sleep_for(settings.retry_timeout * 10);
  CHECK_THROWS_AS(repository.contains(all.package.name), Error);
  CHECK(all.there.count(question) > before + 2);
}

TEST_CASE("a slow server that still hashes gets no second upload beside the first") {
  Situation all(Version::v0_4);
  auto settings = all.there.settings();
  settings.longest_silence = std::chrono::milliseconds(200);
  vieter::Server server(settings);
  vieter::ServerRepository repository("my repo", server);
  SECTION("that is silent for too long") {
    all.there.on("POST /my%20repo/publish", [&](const auto&) {
      std::this_thread::sleep_for(settings.longest_silence * 3);
      all.holds(all.package.sha256);
      return scripted::closing(200, "");
    });
    repository.publish({all.package});
  }
  SECTION("whose connection breaks after a while") {
    all.there.on("POST /my%20repo/publish", [&](const auto&) {
      std::this_thread::sleep_for(settings.longest_silence / 4);
      return std::string();
    });
    int questions = 0;
    all.there.on("GET /my%20repo/x86_64/foo-1%3A2-3", [&](const auto&) {
      const bool there = ++questions > 3;
      return scripted::closing(there ? 200 : 404, there ? desc(all.package.sha256) : "");
    });
    repository.publish({all.package});
  }
  SECTION("behind a gateway that waits no longer") {
    all.there.on("POST /my%20repo/publish", 504, "");
    CHECK_THROWS_WITH(repository.publish({all.package}),
                      ContainsSubstring("the server got the package, and does not have it yet"));
  }
  CHECK(all.uploads() == 1);
}

TEST_CASE("a package that arrived though its answer was lost is not sent again") {
  const auto lost = GENERATE_COPY(std::string(), scripted::closing(502, ""));
  Situation all(Version::v0_4);
  all.there.on("POST /my%20repo/publish", [&](const auto&) {
    all.holds(all.package.sha256);
    return lost;
  });
  all.publish();
  CHECK(all.uploads() == 1);
}
