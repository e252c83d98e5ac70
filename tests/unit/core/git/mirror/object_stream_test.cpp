#include "core/git/mirror/tree.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/mirror/tar_listing.hpp"

using namespace pkgkiln;
using namespace pkgkiln::git;
using Kind = TreeEntry::Kind;

namespace {

const std::string kFirst(40, '1');
const std::string kSecond(40, '2');
const std::string kThird(40, '3');

const std::vector<TreeEntry> kEntries = {{Kind::directory, std::string(40, '9'), 0, "d"},
                                         {Kind::executable, kFirst, 5, "d/run"},
                                         {Kind::link, kSecond, 3, "l"},
                                         {Kind::submodule, std::string(40, '8'), 0, "s"},
                                         {Kind::file, kThird, 0, "z"}};
const std::string kOutput =
    kFirst + " blob 5\na\nb\nc\n" + kSecond + " blob 3\nd/x\n" + kThird + " blob 0\n\n";

std::string convert(const std::string& output, std::size_t piece) {
  std::string tar;
  TarWriter writer([&](std::string_view bytes) { tar += bytes; }, 1000, 1'700'000'000);
  ObjectsToTar objects(kEntries, writer);
  for (std::size_t at = 0; at < output.size(); at += piece)
    objects.take(std::string_view(output).substr(at, piece));
  objects.finish();
  writer.finish();
  return tar;
}

}  // namespace

TEST_CASE("objects become a tar archive however their stream is cut") {
  const auto piece = GENERATE(1, 2, 7, 50, 1000);
  const auto entries = test::list_tar(convert(kOutput, static_cast<std::size_t>(piece)));
  REQUIRE(entries.size() == 5);
  CHECK(entries.at("d/").mode == 0755);
  CHECK(entries.at("d/run").content == "a\nb\nc");
  CHECK(entries.at("d/run").mode == 0755);
  CHECK(entries.at("l").content == "d/x");
  CHECK(entries.at("s/").type == 'd');
  CHECK(entries.at("z").content.empty());
  CHECK(entries.at("z").mode == 0644);
  CHECK(entries.at("z").uid == 1000);
  CHECK(entries.at("z").time == 1'700'000'000);
}

TEST_CASE("only what has content is asked for") {
  TarWriter writer([](std::string_view) {}, 0, 0);
  CHECK(ObjectsToTar(kEntries, writer).requests() ==
        kFirst + "\n" + kSecond + "\n" + kThird + "\n");
}

TEST_CASE("answers that don't match the tree are damage") {
  const std::string output = GENERATE(
      kFirst + " missing\n", kSecond + " blob 5\nabcde\n", kFirst + " blob 6\nabcdef\n",
      kFirst + " tree 5\nabcde\n", std::string(10'000, 'x'), kOutput.substr(0, kOutput.size() - 1),
      kOutput.substr(0, 20), kOutput + "x", std::string());
  CHECK_THROWS_AS(convert(output, 64), DamagedObjects);
}

TEST_CASE("a link whose target holds a zero byte is refused") {
  auto output = kOutput;
  output[output.find("d/x")] = '\0';
  CHECK_THROWS_AS(convert(output, 64), DamagedObjects);
}
