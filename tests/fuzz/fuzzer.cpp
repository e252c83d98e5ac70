/// libFuzzer's side: which parser is to be fuzzed is said by --parser=NAME.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/fuzz/fuzz.hpp"

namespace {

const pkgkiln::fuzz::Parser* chosen = nullptr;

void choose(std::string_view name) {
  for (const auto& parser : pkgkiln::fuzz::parsers())
    if (parser.name == name) chosen = &parser;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  constexpr std::string_view option = "--parser=";
  for (int i = 1; i < *argc; ++i) {
    const std::string_view argument = (*argv)[i];
    if (argument.starts_with(option)) choose(argument.substr(option.size()));
  }
  if (chosen != nullptr) return 0;
  for (const auto& parser : pkgkiln::fuzz::parsers()) std::puts(parser.name);
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  chosen->run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
