#include "core/base/digest.hpp"

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

namespace {
// The vectors of FIPS 180-2 for "" and "abc".
constexpr const char* kOfNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
}  // namespace

TEST_CASE("SHA-256 of known texts") {
  CHECK(sha256_of("") == kOfNothing);
  CHECK(sha256_of("abc") == kOfAbc);
}

TEST_CASE("a digest may be fed piece by piece") {
  Sha256 digest;
  digest.update("a");
  digest.update("");
  digest.update("bc");
  CHECK(digest.finish() == kOfAbc);
}

TEST_CASE("the digest of a file is that of its bytes") {
  const TempDir dir;
  const std::string content(200'000, '\0');
  write_file_atomically(dir.path() / "f", content);
  CHECK(sha256_of_file(dir.path() / "f") == sha256_of(content));
  CHECK_THROWS_AS(sha256_of_file(dir.path() / "none"), Error);
}
