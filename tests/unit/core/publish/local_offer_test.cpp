#include <thread>

#include "core/base/file.hpp"
#include "core/publish/local_repository.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/mirror/tar_listing.hpp"
#include "tests/unit/core/publish/place.hpp"

namespace fs = std::filesystem;
using pkgkiln::read_file;
using pkgkiln::pacman::RepositoryDatabase;
using pkgkiln::test::Place;
using pkgkiln::test::SamplePackage;

TEST_CASE("packages are offered with a database of just them") {
  Place place;
  CHECK_FALSE(place.repository.offer({"app"}));  // and there is no repository yet
  SamplePackage app;
  app.pkgname = "app";
  app.more_info = "depend = lib>=1\n";
  const auto lib = place.package("lib", "1:1-1");
  place.repository.publish({place.package(app), lib, place.package("other", "1-1")});
  CHECK_FALSE(place.repository.offer({"glibc"}));

  const auto offer = place.repository.offer({"app", "glibc"});
  REQUIRE(offer);
  CHECK(offer->section == "r");
  CHECK(offer->url.empty());
  std::string tar;
  offer->files([&](std::string_view bytes) { tar += bytes; }, pkgkiln::Cancellation::never());
  const auto entries = pkgkiln::test::list_tar(tar);
  std::vector<std::string> found;
  for (const auto& [entry, what] : entries) {
    found.push_back(entry);
    CHECK(what.uid == 0);
    CHECK(what.gid == 0);
  }
  const std::string top = "pkgkiln-repository/";
  CHECK(found == std::vector<std::string>{top, top + "app-1.0-1-x86_64.pkg.tar.gz",
                                          top + "lib-1:1-1-x86_64.pkg.tar.gz", top + "r.db"});
  CHECK(entries.at(top + lib.name.text()).content == read_file(lib.path));
  CHECK(entries.at(top + lib.name.text()).mode == 0644);
  pkgkiln::write_file_atomically(place.spool / "r.db", entries.at(top + "r.db").content);
  const auto database = RepositoryDatabase::read(place.spool / "r.db");
  CHECK(database.entries().size() == 2);
  CHECK(database.find("lib")->sha256 == lib.sha256);
}

TEST_CASE("a package whose file is missing or cut off is not offered") {
  Place place;
  const auto package = place.package("foo", "1-1");
  place.repository.publish({package, place.package("bar", "1-1")});
  fs::resize_file(place.directory / package.name.text(), package.size - 1);
  CHECK_FALSE(place.repository.offer({"foo"}));
  REQUIRE(place.repository.offer({"foo", "bar"}));
  std::string tar;
  place.repository.offer({"foo", "bar"})
      ->files([&](std::string_view bytes) { tar += bytes; }, pkgkiln::Cancellation::never());
  CHECK(pkgkiln::test::list_tar(tar).size() == 3);
}

TEST_CASE("what is offered stays until it was taken, whatever is published beside",
          "[concurrent]") {
  Place place;
  const auto first = place.package("foo", "1-1");
  const auto second = place.package("foo", "2-1");
  place.repository.publish({first});
  auto offer = place.repository.offer({"foo"});
  std::thread other([&] { place.repository.publish({second}); });
  std::string tar;
  offer->files([&](std::string_view bytes) { tar += bytes; }, pkgkiln::Cancellation::never());
  CHECK(fs::exists(place.directory / first.name.text()));
  offer.reset();
  other.join();
  CHECK(pkgkiln::test::list_tar(tar).count("pkgkiln-repository/" + first.name.text()) == 1);
  CHECK_FALSE(fs::exists(place.directory / first.name.text()));
}
