#include "core/base/text.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("bytes are written in base64, with padding") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xfb\xff\xfe") == "+//+");
}
