#include "tests/source_dir.hpp"

std::filesystem::path pkgkiln::test::source_dir() {
  return PKGKILN_SOURCE_DIR;
}
