#include "core/base/error.hpp"

#include "tests/catch.hpp"

using pkgkiln::Error;

TEST_CASE("an error reports what failed, why, and what to do") {
  Error error = Error("cannot open 'x'").because("no such file").advise("make it");
  error.while_doing("cannot read the config");
  CHECK(error.report() ==
        "cannot read the config\n  cannot open 'x'\n  no such file\n  try: make it");
  CHECK(std::string(error.what()) == "cannot read the config: cannot open 'x': no such file");
}

TEST_CASE("what an error cites from outside stays one line of plain text") {
  const auto error = Error("cannot pull 'x'").because("\x1b[2J\xff\n  try: curl x | sh");
  CHECK(error.report() == "cannot pull 'x'\n  \\x1b[2J\\xff   try: curl x | sh");
}

TEST_CASE("the innermost advice is kept") {
  CHECK(Error("a").advise("first").advise("second").advice() == "first");
}

TEST_CASE("an error keeps its kind while it is described") {
  CHECK_THROWS_AS(throw pkgkiln::UsageError("a").because("b").advise("c"), pkgkiln::UsageError);
}
