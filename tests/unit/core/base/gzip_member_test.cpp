#include "core/base/gzip_member.hpp"

#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/unit/core/package/programs.hpp"

using namespace pkgkiln;

namespace {

/// As other programs read it.
std::string unpacked(const std::string& bytes) {
  const TempDir directory;
  write_file_atomically(directory.path() / "x.gz", bytes);
  const auto read = test::run_program({"gzip", "-dc", "x.gz"}, directory.path());
  CHECK(read.code == 0);
  return read.output;
}

}  // namespace

TEST_CASE("members in a row are a gzip file") {
  const std::string long_text(300'000, 'x');
  const auto one = gzip_member("one, ", "note");
  CHECK(unpacked(one) == "one, ");
  CHECK(unpacked(one + gzip_member(long_text, "") + gzip_member("", "end")) == "one, " + long_text);
}

TEST_CASE("the head of a member tells its size and its note") {
  const auto member = gzip_member("content", "a note");
  const auto head = gzip_member_head(member + "what follows");
  REQUIRE(head);
  CHECK(head->size == member.size());
  CHECK(head->note == "a note");
  CHECK(gzip_member_head(gzip_member("content", ""))->note.empty());
  CHECK_NOTHROW(
      gzip_member_head(gzip_member("", std::string(1024, 'n')).substr(0, kGzipMemberHead)).value());
  CHECK(gzip_member("content", "a note") == member);
  CHECK_THROWS_AS(gzip_member("", std::string(1025, 'n')), Error);
}

TEST_CASE("what gzip_member() didn't make has no head") {
  const auto member = gzip_member("content", "a note");
  for (std::size_t size = 0; size < 30; ++size)
    CHECK(gzip_member_head(member.substr(0, size)).has_value() == (size >= 26));
  // Each byte of the head up to the note matters, save for three of the four of the size.
  for (std::size_t at = 0; at < 16; ++at) {
    auto other = member;
    other[at] = static_cast<char>(other[at] ^ 0x40);
    INFO(at);
    CHECK_FALSE(gzip_member_head(other));
  }
  auto small = member;
  small.replace(16, 4, std::string("\x05\0\0\0", 4));
  CHECK_FALSE(gzip_member_head(small));
}

TEST_CASE(
    "a gzip file is unpacked in pieces of any size, and not when any of its bytes is another") {
  const std::string text(100, 'x');
  const auto whole = gzip_member("one, ", "note") + gzip_member("", "") + gzip_member(text, "");
  const auto gunzipped = [](std::string_view bytes, std::size_t piece) {
    Gunzip gunzip;
    std::string content;
    std::string buffer(piece, '\0');
    const auto next = [&] {
      const auto taken = bytes.substr(0, piece);
      bytes.remove_prefix(taken.size());
      return taken;
    };
    while (const auto count = gunzip.read(buffer.data(), buffer.size(), next))
      content.append(buffer, 0, count);
    return content;
  };
  for (const std::size_t piece : {1U, 7U, 1000U}) CHECK(gunzipped(whole, piece) == "one, " + text);
  CHECK_THROWS_AS(gunzipped(whole.substr(0, whole.size() - 1), 7), Error);
  CHECK_THROWS_AS(gunzipped(whole + "more", 7), Error);
  for (std::size_t back = 1; back <= 8; ++back) {  // checksum and size
    auto other = whole;
    other[other.size() - back] = static_cast<char>(other[other.size() - back] ^ 1);
    CHECK_THROWS_AS(gunzipped(other, 7), Error);
  }
}
