#include "core/base/printable.hpp"

#include <string>

#include "tests/catch.hpp"

using pkgkiln::printable;

TEST_CASE("what a terminal would obey becomes its number") {
  CHECK(printable("plain ünïcode 包 🎁") == "plain ünïcode 包 🎁");
  CHECK(printable("a\x1b[2Jb\nc\td\x7f\r\n") == "a\\x1b[2Jb c d\\x7f");
  CHECK(printable("a\xc2\x9b"
                  "2Jb") == "a\\u009b2Jb");
  CHECK(printable("\xc2\xa0x") == "\xc2\xa0x");
  CHECK(printable(std::string("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("what turns text around or hides becomes its number") {
  CHECK(printable("gpj\u202e.exe") == "gpj\\u202e.exe");
  CHECK(printable("\u2066a\u2069\u200f\u061c") == "\\u2066a\\u2069\\u200f\\u061c");
  CHECK(printable("a\u2028b\ufeff") == "a\\u2028b\\ufeff");
  CHECK(printable("a\U000e0041") == "a\\U000e0041");
  CHECK(printable("ני\u200d") == "ני\u200d");  // written from right to left by itself
}

TEST_CASE("bytes that are no UTF-8 become their numbers") {
  CHECK(printable("caf\xe9 x") == "caf\\xe9 x");
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");                    // too long
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // half a character of UTF-16
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond the last
  CHECK(printable("\xe5\x8c") == "\\xe5\\x8c");                    // cut off
  CHECK(printable("\xff\x80") == "\\xff\\x80");
}

TEST_CASE("a long text is cut between characters") {
  CHECK(printable("abcdef", 3) == "abc");
  CHECK(printable("ab包", 3) == "ab");
  CHECK(printable("ab包", 5) == "ab包");
  CHECK(pkgkiln::unfinished_bytes("ab\xe5\x8c") == 2);
  CHECK(pkgkiln::unfinished_bytes("包") == 0);
  CHECK(pkgkiln::unfinished_bytes("\x85") == 0);
}
