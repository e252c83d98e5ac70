#include <cstdlib>

#include "config/render.hpp"
#include "core/base/file.hpp"
#include "tests/catch.hpp"

using namespace pkgkiln;

TEST_CASE("the manual page holds the table of keys") {
  const std::string path = PKGKILN_SOURCE_DIR "/contrib/man/pkgkiln.1";
  const std::string before = ".\\\" The keys: made from the program's own table.\n";
  const std::string after = ".\\\" end of the keys\n";
  auto page = read_file(path);
  const auto begin = page.find(before) + before.size();
  const auto end = page.find(after);
  REQUIRE(page.find(before) != std::string::npos);
  REQUIRE(end != std::string::npos);
  if (std::getenv("PKGKILN_UPDATE_GOLDEN") != nullptr) {
    page.replace(begin, end - begin, config::keys_as_roff());
    write_file_atomically(path, page);
    return;
  }
  CHECK(page.substr(begin, end - begin) == config::keys_as_roff());
}
