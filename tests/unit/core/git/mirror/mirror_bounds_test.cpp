#include <algorithm>
#include <openssl/evp.h>
#include <zlib.h>

#include "core/git/ask/remotes.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/git/ask/tips.hpp"
#include "tests/unit/core/git/mirror/tar_listing.hpp"
#include "tests/unit/core/git/test_repository.hpp"
#include "tests/unit/never.hpp"

using namespace pkgkiln;
using namespace pkgkiln::test;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string deflated_for_pack(const std::string& content) {
  auto size = ::compressBound(content.size());
  std::string packed(size, '\0');
  REQUIRE(::compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                     reinterpret_cast<const Bytef*>(content.data()), content.size()) == Z_OK);
  packed.resize(size);
  return packed;
}

/// A number in groups of seven bits, the lowest first, as in a delta's head.
std::string in_sevens(std::size_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7U) bytes += static_cast<char>(value | 0x80U);
  return bytes + static_cast<char>(value);
}

/// What stands before an object in a pack (gitformat-pack(5)).
std::string object_head(unsigned type, std::size_t size) {
  const auto first =
      static_cast<unsigned char>(type << 4U | (size & 15U) | (size > 15 ? 0x80U : 0U));
  return static_cast<char>(first) + (size > 15 ? in_sevens(size >> 4U) : std::string());
}

std::string sha1_of(const std::string& bytes) {
  std::string digest(20, '\0');
  REQUIRE(::EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                       nullptr, ::EVP_sha1(), nullptr) == 1);
  return digest;
}

/// A pack of some 20 kB with a blob of `copies` times 16 MiB: each copies the whole base.
std::string bomb_pack(std::size_t copies) {
  constexpr unsigned blob = 3, delta_by_offset = 6;
  const std::string base(0xffffff, '\0');
  auto delta = in_sevens(base.size()) + in_sevens(base.size() * copies);
  for (std::size_t i = 0; i < copies; ++i) delta += "\xf0\xff\xff\xff";
  std::string pack("PACK\0\0\0\2\0\0\0\2", 12);
  const auto first = object_head(blob, base.size()) + deflated_for_pack(base);
  pack += first + object_head(delta_by_offset, delta.size());
  // The way back to the base, with the highest bits first, each group but the last lessened by one.
  std::string back(1, static_cast<char>(first.size() & 127U));
  for (auto rest = first.size() >> 7U; rest > 0; rest = (rest - 1) >> 7U)
    back.insert(back.begin(), static_cast<char>(0x80U | ((rest - 1) & 127U)));
  pack += back + deflated_for_pack(delta);
  return pack + sha1_of(pack);
}

/// Adds both blobs to the repository's main branch; they take little room there as well.
std::string commit_bomb(const TestRepository& remote, std::size_t copies) {
  remote.commit({{"PKGBUILD", "1"}});
  const auto packs = remote.path() / ".git/objects/pack";
  const auto pack = packs / "pack-of-the-bomb.pack";
  write(pack, bomb_pack(copies));
  remote.run({"index-pack", pack.string()});
  const auto listed = remote.run({"verify-pack", "-v", pack.string()});
  std::string index = "100644 blob " + remote.run({"rev-parse", "HEAD:PKGBUILD"}) + "\tPKGBUILD\n";
  int number = 0;
  for (std::size_t at = 0; (at = listed.find(" blob ", at)) != std::string::npos; ++at)
    index +=
        "100644 blob " + listed.substr(at - 40, 40) + "\tlarge" + std::to_string(++number) + "\n";
  REQUIRE(number == 2);
  const auto tree = remote.run({"mktree"}, index);
  const auto commit = remote.run({"commit-tree", "-m", "large", tree});
  remote.run({"update-ref", "refs/heads/main", commit});
  return commit;
}

}  // namespace

TEST_CASE("a small pack that stands for very much is refused for what it is") {
  const TempDir dir;
  const TestRepository remote(dir.path() / "remote");
  commit_bomb(remote, 20);
  git::Remotes remotes;
  git::Mirror mirror(dir.path() / "mirror", remote.url(), remotes);
  CHECK_THROWS_WITH(mirror.fetch(tip_of(remote.url(), "main"), kNever),
                    ContainsSubstring("takes more memory, disk or time than is given"));
  const auto packs = dir.path() / "mirror/objects/pack";
  CHECK(std::none_of(
      fs::directory_iterator(packs), fs::directory_iterator(),
      [](const auto& entry) { return entry.path().filename().string().starts_with("tmp_"); }));
}

TEST_CASE("large files that need no memory are fetched and read") {
  const TempDir dir;
  const TestRepository remote(dir.path() / "remote");
  write(remote.path() / "large", std::string(40U << 20U, 'x'));
  const auto commit = remote.commit({{"PKGBUILD", "1"}});
  git::Remotes remotes;
  git::Mirror mirror(dir.path() / "mirror", remote.url(), remotes);
  CHECK(mirror.fetch(tip_of(remote.url(), "main"), kNever).commit == commit);
  std::size_t bytes = 0;
  export_tar(
      mirror, commit, "", 0, [&](std::string_view part) { bytes += part.size(); }, kNever);
  CHECK(bytes > 40U << 20U);
}

TEST_CASE("what a fetch that was killed left behind goes with the next") {
  const TempDir dir;
  const TestRepository remote(dir.path() / "remote");
  remote.commit({{"PKGBUILD", "1"}});
  git::Remotes remotes;
  git::Mirror mirror(dir.path() / "mirror", remote.url(), remotes);
  mirror.fetch(tip_of(remote.url(), "main"), kNever);
  const auto left = dir.path() / "mirror/objects/pack/tmp_pack_Xy12Zz";
  write(left, "part of a pack");
  remote.commit({{"PKGBUILD", "2"}});
  mirror.fetch(tip_of(remote.url(), "main"), kNever);
  CHECK_FALSE(fs::exists(left));
}
