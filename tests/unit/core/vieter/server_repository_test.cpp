#include "core/vieter/server_repository.hpp"

#include "tests/catch.hpp"
#include "tests/unit/core/vieter/situation.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
using Catch::Matchers::ContainsSubstring;
using scripted::Vieter;
using vieter::Version;

TEST_CASE("a package is there when its desc is") {
  Situation all(GENERATE(Version::v0_2, Version::v0_4));
  CHECK_FALSE(all.repository->contains(all.package.name));
  all.holds(all.package.sha256);
  CHECK(all.repository->contains(all.package.name));
  for (const auto& request : all.there.requests())
    if (request.target().find("foo") != std::string::npos)
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
  all.there.on("HEAD /foo-1%3A2-3-x86_64.pkg.tar.zst", [](const auto&) {
    return scripted::closing(200, "", "Content-Type: text/html\r\n");
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

TEST_CASE("a package whose path a server takes for that of a file is asked of the database") {
  const auto version = GENERATE(Version::v0_2, Version::v0_4);
  const std::string name =
      GENERATE("foo.pkgtool-1-1-x86_64.pkg.tar.zst", "foo-1.pkg-1-any.pkg.tar.zst");
  Situation all(version, name);
  CHECK_FALSE(all.repository->contains(all.package.name));
  all.lists("x86_64", {{"bar-1-1/desc", desc("abc", "bar-1-1-x86_64.pkg.tar.zst")}});
  CHECK_FALSE(all.repository->contains(all.package.name));
  all.lists("x86_64", {{all.stem() + "/desc", desc(all.package.sha256, name)}});
  CHECK(all.repository->contains(all.package.name));
  CHECK(all.there.count("GET /my%20repo/x86_64/" + net::escape(all.stem())) == 0);
  all.there.on("GET /my%20repo/x86_64/my%20repo.db", "<!doctype html>");
  CHECK_THROWS_WITH(all.repository->contains(all.package.name),
                    ContainsSubstring("cannot tell whether " + name));
}

TEST_CASE("the seed has all files in one folder, named by their compression") {
  Situation all(Version::seed);
  CHECK_FALSE(all.repository->contains(all.package.name));
  all.there.on("HEAD /foo-1%3A2-3-x86_64.pkg.tar.xz", "");
  CHECK(all.repository->contains(all.package.name));
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
