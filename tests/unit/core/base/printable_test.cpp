#include "core/base/printable.hpp"

#include "tests/catch.hpp"

using pkgkiln::printable;

TEST_CASE("what a terminal would obey is taken out") {
  CHECK(printable("plain ünïcode 包") == "plain ünïcode 包");
  CHECK(printable("a\x1b[2Jb\nc\td\x7f") == "a [2Jb c d");
  CHECK(printable("a\xc2\x9b"
                  "2Jb") == "a 2Jb");
  CHECK(printable("\xc2\xa0x") == "\xc2\xa0x");
  CHECK(printable("abcdef", 3) == "abc");
}
