#include "core/base/tar_writer.hpp"

#include "core/base/error.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/mirror/tar_listing.hpp"

using namespace pkgkiln;

TEST_CASE("a tar archive holds what was written, with our owner, modes and time") {
  std::string tar;
  TarWriter writer([&](std::string_view bytes) { tar += bytes; }, 1000, 1'700'000'000);
  writer.directory("d");
  writer.file("d/x", 4, true);
  writer.write("ab");
  writer.write("cd");
  writer.link("l", "d/x");
  writer.finish();
  const auto entries = test::list_tar(tar);
  REQUIRE(entries.size() == 3);
  CHECK(entries.at("d/").type == 'd');
  CHECK(entries.at("d/x").content == "abcd");
  CHECK(entries.at("d/x").mode == 0755);
  CHECK(entries.at("l").content == "d/x");
  for (const auto& [name, entry] : entries) {
    CHECK(entry.uid == 1000);
    CHECK(entry.gid == 1000);
    CHECK(entry.time == 1'700'000'000);
  }
}

TEST_CASE("without finish() the stream has no end mark") {
  std::string tar;
  {
    TarWriter writer([&](std::string_view bytes) { tar += bytes; }, 0, 0);
    writer.file("x", 100'000, false);
    writer.write(std::string(50'000, 'x'));
  }
  CHECK_THROWS(test::list_tar(tar));
}

TEST_CASE("parts in a row are an archive once one with an end follows") {
  std::string tar;
  const Sink sink = [&](std::string_view bytes) { tar += bytes; };
  for (const std::string name : {"a", "b"}) {
    TarWriter part(sink, 0, 0, TarWriter::Extent::part);
    part.directory(name);
    part.file(name + "/x", 3, false);
    part.write("xyz");
    part.finish();
    CHECK(tar.size() % 512 == 0);
  }
  TarWriter end(sink, 0, 0);
  end.file("c", 0, false);
  end.finish();
  const auto entries = test::list_tar(tar);
  REQUIRE(entries.size() == 5);
  CHECK(entries.at("a/x").content == "xyz");
  CHECK(entries.at("b/x").content == "xyz");
}

TEST_CASE("more bytes than announced are refused") {
  TarWriter writer([](std::string_view) {}, 0, 0);
  writer.file("x", 3, false);
  CHECK_THROWS_AS(writer.write("abcd"), Error);
}

TEST_CASE("what the sink throws comes out, and it is not called again") {
  struct Full {};
  int calls = 0;
  {
    TarWriter writer(
        [&](std::string_view) {
          ++calls;
          throw Full();
        },
        0, 0);
    writer.file("x", 100'000, false);
    CHECK_THROWS_AS(writer.write(std::string(100'000, 'x')), Full);
    CHECK_THROWS_AS(writer.finish(), Full);
  }
  CHECK(calls == 1);
}
