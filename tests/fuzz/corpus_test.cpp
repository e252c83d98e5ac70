#include <algorithm>
#include <filesystem>

#include "core/base/file.hpp"
#include "tests/catch.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/source_dir.hpp"

namespace fs = std::filesystem;
using namespace pkgkiln;

namespace {

const fs::path kCorpus = test::source_dir() / "tests/fuzz/corpus";

}  // namespace

TEST_CASE("every parser takes the whole corpus") {
  for (const auto& parser : fuzz::parsers()) {
    int files = 0;
    for (const auto& file : fs::directory_iterator(kCorpus / parser.name)) {
      INFO("build/fuzz/tests/fuzz/pkgkiln_fuzz --parser=" << parser.name << " " << file.path());
      CHECK_NOTHROW(parser.run(read_file(file.path())));
      ++files;
    }
    INFO(parser.name);
    CHECK(files > 0);
    CHECK_NOTHROW(parser.run({}));
  }
}

TEST_CASE("every folder of the corpus has its parser") {
  for (const auto& folder : fs::directory_iterator(kCorpus)) {
    CAPTURE(folder.path());
    CHECK(std::any_of(fuzz::parsers().begin(), fuzz::parsers().end(),
                      [&](const auto& parser) { return folder.path().filename() == parser.name; }));
  }
}
