#include "core/vieter/server_repository.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/pacman/sample_package.hpp"
#include "tests/unit/core/vieter/scripted_vieter.hpp"

using namespace pkgkiln;
using Catch::Matchers::ContainsSubstring;
using pacman::PackageArchive;
using pacman::PackageFileName;
using scripted::Vieter;
using vieter::Version;

namespace {

const std::string kContent = "the bytes of a package";
const std::string kAdded = "Package added successfully.";

PackageFileName file(const std::string& name) {
  return PackageFileName::parse(name).value();
}

std::string desc(const std::string& sha256,
                 const std::string& file_name = "foo-1:2-3-x86_64.pkg.tar.zst") {
  const auto name = file(file_name);
  return "%FILENAME%\n" + file_name + "\n\n%NAME%\n" + name.pkgname + "\n\n%VERSION%\n" +
         name.version + "\n\n%CSIZE%\n22\n\n%SHA256SUM%\n" + sha256 + "\n\n";
}

/// A package, and a server that takes it.
struct Situation {
  TempDir directory;
  PackageArchive package;
  Vieter there;
  std::unique_ptr<vieter::Server> server;
  std::unique_ptr<vieter::ServerRepository> repository;

  explicit Situation(Version version, const std::string& name = "foo-1:2-3-x86_64.pkg.tar.zst") {
    package.path = directory.path() / "package";
    write_file_atomically(package.path, kContent);
    package.name = file(name);
    package.size = kContent.size();
    package.sha256 = sha256_of(kContent);
    there.be(version, version == Version::v0_2 ? "{}" : "[]");
    server = std::make_unique<vieter::Server>(there.settings());
    repository = std::make_unique<vieter::ServerRepository>("my repo", *server);
  }

  void holds(const std::string& sha256, const std::string& arch = "x86_64") {
    there.on("GET /my%20repo/" + arch + "/foo-1%3A2-3", desc(sha256, package.name.text()));
  }
  using Entries = std::vector<std::pair<std::string, std::string>>;
  std::string database(const Entries& entries) const {
    const auto path = directory.path() / "made.db.tar.gz";
    test::write_archive(path, entries);
    return read_file(path);
  }
  /// Has a database for that arch, without its last bytes if that is wished.
  void lists(const std::string& arch, const Entries& entries, std::size_t cut = 0) {
    auto content = database(entries);
    content.resize(content.size() - cut);
    there.on("GET /my%20repo/" + arch + "/my%20repo.db", content);
  }
  std::size_t heads() const {
    const auto lines = there.lines();
    return static_cast<std::size_t>(std::count_if(
        lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("HEAD "); }));
  }
  /// Holds it after an upload whose answer is this.
  void takes(int status, const std::string& body) {
    there.on("POST /my%20repo/publish", [this, status, body](const Vieter::Request&) {
      holds(package.sha256);
      return scripted::answer(status, body, "Connection: close\r\n");
    });
  }
  void publish() { repository->publish({package}); }
  std::size_t uploads() const { return there.count("POST /my%20repo/publish"); }
};

}  // namespace

TEST_CASE("a package is there when its desc is") {
  Situation all(GENERATE(Version::v0_2, Version::v0_4));
  CHECK_FALSE(all.repository->contains(all.package.name));
  all.holds(all.package.sha256);
  CHECK(all.repository->contains(all.package.name));
  for (const auto& request : all.there.requests())
    if (request.line.find("foo") != std::string::npos)
      CHECK_THAT(request.head, !ContainsSubstring("X-Api-Key"));
}

TEST_CASE("what can't be told is no answer") {
  Situation all(Version::v0_4);
  all.there.on("GET /my%20repo/x86_64/foo-1%3A2-3", 403);
  CHECK_THROWS_WITH(all.repository->contains(all.package.name),
                    ContainsSubstring("cannot tell whether foo-1:2-3-x86_64.pkg.tar.zst") &&
                        ContainsSubstring("403"));
}

TEST_CASE("an answer that isn't about the package does not say that it is there") {
  Situation all(GENERATE(Version::v0_2, Version::v0_4));
  const std::string target = "GET /my%20repo/x86_64/foo-1%3A2-3";
  for (const auto* rubbish : {"<!doctype html><title>Welcome</title>", "", "ok", "{}"}) {
    all.there.on(target, rubbish);
    CHECK_THROWS_WITH(all.repository->contains(all.package.name),
                      ContainsSubstring("the server answers 200"));
    CHECK_THROWS_AS(all.repository->listed(all.package.name), Error);
  }
  all.there.on(target, desc("abc", "bar-1:2-3-x86_64.pkg.tar.zst"));
  CHECK_FALSE(all.repository->contains(all.package.name));
  all.there.on(target, desc("abc", "foo-1:2-3-any.pkg.tar.zst"));
  CHECK_FALSE(all.repository->contains(all.package.name));
}

TEST_CASE("a page in the place of a file of the seed is not the file") {
  Situation all(Version::seed);
  all.there.on("HEAD /foo-1%3A2-3-x86_64.pkg.tar.zst", [](const Vieter::Request&) {
    return scripted::answer(200, "", "Content-Type: text/html\r\nConnection: close\r\n");
  });
  CHECK_THROWS_AS(all.repository->contains(all.package.name), Error);
}

TEST_CASE("a package for any arch is looked for elsewhere only while its own arch has nothing") {
  Situation all(Version::v0_4, "foo-1:2-3-any.pkg.tar.zst");
  all.holds("abc", "aarch64");
  CHECK(all.repository->contains(all.package.name));
  all.there.on("HEAD /my%20repo/x86_64/my%20repo.db", "");
  CHECK_FALSE(all.repository->contains(all.package.name));
}

TEST_CASE("the server's default arch is looked into, however unusual") {
  Situation all(Version::v0_4, "foo-1:2-3-any.pkg.tar.zst");
  all.holds("abc", "mips");
  CHECK_FALSE(all.repository->contains(all.package.name));
  auto settings = all.there.settings();
  settings.default_arch = "mips";
  vieter::Server server(settings);
  CHECK(vieter::ServerRepository("my repo", server).contains(all.package.name));
}

TEST_CASE("the seed has all files in one folder, named by their compression") {
  Situation all(Version::seed);
  CHECK_FALSE(all.repository->contains(all.package.name));
  all.there.on("HEAD /foo-1%3A2-3-x86_64.pkg.tar.xz", "");
  CHECK(all.repository->contains(all.package.name));
}

TEST_CASE("a list answers for all files of its arch, and is asked for once") {
  Situation all(GENERATE(Version::v0_2, Version::v0_4, Version::v0_6));
  all.lists("x86_64", {{"foo-1:2-3/desc", desc("abc")},
                       {"bar-1-1/desc", desc("def", "bar-1-1-any.pkg.tar.zst")}});
  REQUIRE(all.repository->listed(file("foo-1:2-3-x86_64.pkg.tar.xz")));  // any compression
  CHECK(all.repository->listed(file("foo-1:2-3-x86_64.pkg.tar.zst"))->sha256 == "abc");
  CHECK(all.repository->listed(file("bar-1-1-any.pkg.tar.zst"))->sha256 == "def");
  for (const auto* other :
       {"foo-2-3-x86_64.pkg.tar.zst", "foo-1:2-4-x86_64.pkg.tar.zst", "foo-1:2-3-any.pkg.tar.zst",
        "bar-1-1-x86_64.pkg.tar.zst", "baz-1-1-x86_64.pkg.tar.zst", "baz-1-1-any.pkg.tar.zst"})
    CHECK_FALSE(all.repository->listed(file(other)));
  CHECK(all.there.count("GET /my%20repo/x86_64/my%20repo.db") == 1);
  CHECK(all.heads() == 0);
}

TEST_CASE("a list is one of a moment; whether a file is there is asked anew") {
  Situation all(Version::v0_4);
  all.lists("x86_64", {});
  CHECK_FALSE(all.repository->listed(all.package.name));
  all.holds(all.package.sha256);
  CHECK_FALSE(all.repository->listed(all.package.name));
  CHECK(all.repository->contains(all.package.name));
}

TEST_CASE("each arch has its list") {
  Situation all(Version::v0_4);
  all.lists("aarch64", {{"foo-1:2-3/desc", desc("abc", "foo-1:2-3-aarch64.pkg.tar.zst")}});
  all.lists("x86_64", {});
  CHECK(all.repository->listed(file("foo-1:2-3-aarch64.pkg.tar.zst")));
  CHECK_FALSE(all.repository->listed(all.package.name));
  CHECK(all.heads() == 0);
}

TEST_CASE("without a list each file is asked for") {
  Situation all(GENERATE(Version::v0_2, Version::v0_4));
  const std::string list = "GET /my%20repo/x86_64/my%20repo.db";
  SECTION("none is there") {}
  SECTION("it is refused") {
    all.there.on(list, 403);
  }
  SECTION("the server can't give it") {
    all.there.on(list, 500);
  }
  SECTION("it is something else") {
    all.there.on(list, "<!doctype html>");
  }
  SECTION("it is empty") {
    all.there.on(list, "");
  }
  SECTION("it is cut off") {
    all.lists("x86_64", {{"foo-1:2-3/desc", desc("abc")}}, 20);
  }
  all.holds("abc");
  REQUIRE(all.repository->listed(all.package.name));
  CHECK(all.repository->listed(all.package.name)->sha256 == "abc");
  const auto asked = all.there.count(list);
  CHECK(all.repository->listed(all.package.name));
  CHECK_FALSE(all.repository->listed(file("bar-1-1-x86_64.pkg.tar.zst")));
  CHECK(all.there.count(list) == asked);
  CHECK(all.there.count("GET /my%20repo/x86_64/foo-1%3A2-3") == 3);
}

TEST_CASE("what can't be told by any way is no answer") {
  Situation all(Version::v0_4);
  all.there.on("GET /my%20repo/x86_64/foo-1%3A2-3", 403);
  CHECK_THROWS_WITH(all.repository->listed(all.package.name),
                    ContainsSubstring("cannot tell whether foo-1:2-3-x86_64.pkg.tar.zst"));
}

TEST_CASE("a package for any arch is looked for elsewhere while its own arch has no list") {
  Situation all(Version::v0_4, "foo-1:2-3-any.pkg.tar.zst");
  all.holds("abc", "aarch64");
  CHECK(all.repository->listed(all.package.name));
}

TEST_CASE("what a server lists of a package without a name hides no other") {
  Situation all(Version::v0_4);
  all.lists("x86_64", {{"-/desc", "%FILENAME%\n--.pkg.tar.gz\n\n%NAME%\n\n\n%VERSION%\n\n\n"},
                       {"desc", "lost"},
                       {"bar-1-1/desc", desc("abc")},
                       {"foo-1:2-3/desc", desc("abc")}});
  CHECK(all.repository->listed(all.package.name));
  CHECK_FALSE(all.repository->listed(file("bar-1-1-x86_64.pkg.tar.zst")));
  CHECK(all.heads() == 0);
}

TEST_CASE("the seed has one list for all arches, and is asked for what isn't in it") {
  Situation all(Version::seed);
  all.there.on("GET /vieter.db", all.database({{"foo-1:2-3/desc", desc("abc")}}));
  all.there.on("HEAD /foo-1%3A2-3-aarch64.pkg.tar.zst", "");
  REQUIRE(all.repository->listed(all.package.name));
  CHECK(all.repository->listed(all.package.name)->sha256 == "abc");
  CHECK(all.heads() == 0);
  CHECK(all.repository->listed(file("foo-1:2-3-aarch64.pkg.tar.zst")));
  CHECK_FALSE(all.repository->listed(file("bar-1-1-x86_64.pkg.tar.zst")));
  CHECK(all.there.count("GET /vieter.db") == 1);
}

TEST_CASE("many ask at the same time, the server is asked once", "[concurrent]") {
  Situation all(Version::v0_4);
  all.lists("x86_64", {{"foo-1:2-3/desc", desc("abc")}});
  std::atomic<int> found{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int question = 0; question < 50; ++question)
        if (all.repository->listed(all.package.name)) ++found;
    });
  for (auto& thread : threads) thread.join();
  CHECK(found == 200);
  CHECK(all.there.count("GET /my%20repo/x86_64/my%20repo.db") == 1);
  CHECK(all.heads() == 0);
}

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

TEST_CASE("containers install from a server by its URL, as they reach it") {
  Situation all(Version::v0_4);
  const auto offer = all.repository->offer({"foo"});
  REQUIRE(offer);
  CHECK(offer->section == "my repo");
  CHECK(offer->url == all.there.settings().address + "/my%20repo/x86_64");
  CHECK_FALSE(offer->files);

  Vieter seed;
  seed.be(Version::seed);
  auto settings = seed.settings();
  settings.container_address = "http://192.0.2.1:8000";
  vieter::Server server(settings);
  const auto flat = vieter::ServerRepository("vieter", server).offer({"foo"});
  REQUIRE(flat);
  CHECK(flat->section == "vieter");
  CHECK(flat->url == "http://192.0.2.1:8000");
}
