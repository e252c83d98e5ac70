#include "core/pacman/pkgbuild_text.hpp"

#include "core/base/characters.hpp"
#include "core/plan/agreement.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

namespace {

bool is_plain(const std::string& word) {
  return is_made_of(word, "@._+-~") && word.front() != '~';
}

void check(const pacman::PkgbuildText& text, const std::string& name) {
  const auto word = text.word(name);
  must(!word || word->empty() || is_plain(*word), "a word is plain");
  const auto words = text.words(name);
  must(!word || !words || (word->empty() && words->empty()), "it is a word or an array");
  if (!words) return;
  std::string printed = name + "=(";
  for (const auto& each : *words) {
    must(is_plain(each), "the words of an array are plain");
    printed += " '" + each + "'\n";
  }
  printed += ")";
  must(pacman::PkgbuildText(printed).words(name) == words, "what is printed is read again");
}

}  // namespace

void pkgbuild_text(std::string_view input) {
  const pacman::PkgbuildText text(input);
  for (const auto* name : {"pkgname", "pkgver", "arch"}) check(text, name);
  text.may_have_pkgver_function();
  const auto srcinfo = pacman::SrcInfo::parse(
      "pkgbase = foo\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\npkgname = foo\n", "x86_64");
  if (!srcinfo_agrees(srcinfo, input)) return;
  must(text.word("pkgver") == "1" && text.word("pkgrel") == "1", "it is believed for its version");
  must(text.words("arch") == std::vector<std::string>{"any"}, "it is believed for its arch");
}

}  // namespace pkgkiln::fuzz
