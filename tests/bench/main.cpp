// Parts of the program, each by itself, for the benchmarks to measure.

#include <iostream>

#include "core/base/error.hpp"
#include "tests/bench/publish.hpp"

namespace {

constexpr const char* kUsage =
    "usage: pkgkiln_bench publish-local ROOT REPO FILE...\n"
    "       pkgkiln_bench publish-vieter URL KEYFILE REPO FILE...\n";

std::vector<std::string> from(const std::vector<std::string>& words, std::ptrdiff_t first) {
  return {words.begin() + first, words.end()};
}

/// Whether it was a command.
bool run(const std::vector<std::string>& words) {
  if (words.size() >= 4 && words[0] == "publish-local") {
    pkgkiln::bench::publish_local(words[1], words[2], from(words, 3));
    return true;
  }
  if (words.size() >= 5 && words[0] == "publish-vieter") {
    pkgkiln::bench::publish_vieter(words[1], words[2], words[3], from(words, 4));
    return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (run({argv + 1, argv + argc})) return 0;
    std::cerr << kUsage;
    return 2;
  } catch (const pkgkiln::Error& error) {
    std::cerr << "pkgkiln_bench: " << error.report() << '\n';
    return 1;
  }
}
