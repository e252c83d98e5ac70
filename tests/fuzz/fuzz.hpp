#pragma once

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

/// One function per parser of hostile input. It gives any bytes to the parser and checks what must
/// hold for whatever the parser accepts. The parser may refuse with an Error; anything else is a
/// bug. libFuzzer calls the functions (fuzzer.cpp), and so does a unit test with each file of
/// tests/fuzz/corpus.
namespace pkgkiln::fuzz {

/// A check of an accepted input failed.
class Broken : public std::logic_error {
  using std::logic_error::logic_error;
};

inline void must(bool holds, const char* what) {
  if (!holds) throw Broken(what);
}

/// Whether the parser accepted it.
template <typename Parse>
bool accepted(Parse parse) {
  try {
    parse();
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// Whether the texts are sorted and unique.
bool sorted_and_unique(const std::vector<std::string>& texts);

/// The path of a regular file that holds these bytes until the next call, in a directory of ours.
std::filesystem::path file_of(std::string_view input, const std::string& name);

void advertised_refs(std::string_view input);
void aur_answer(std::string_view input);
void build_record(std::string_view input);
void database(std::string_view input);
void dependency(std::string_view input);
void desc(std::string_view input);
void frames(std::string_view input);
void ledger(std::string_view input);
void lines(std::string_view input);
void listing(std::string_view input);
void log_output(std::string_view input);
void ls_refs(std::string_view input);
void object_stream(std::string_view input);
void package_archive(std::string_view input);
void package_name(std::string_view input);
void packagelist(std::string_view input);
void pkgbuild_text(std::string_view input);
void pkginfo(std::string_view input);
void pkt_lines(std::string_view input);
void provenance(std::string_view input);
void remote_url(std::string_view input);
void schedule(std::string_view input);
void srcinfo(std::string_view input);
void tree(std::string_view input);
void unpack(std::string_view input);
void version(std::string_view input);

struct Parser {
  const char* name;  // its folder in tests/fuzz/corpus
  void (*run)(std::string_view input);
};

/// All of them, by name.
const std::vector<Parser>& parsers();

}  // namespace pkgkiln::fuzz
