#include "core/pkgbuild/pkgbuild_text.hpp"

#include <algorithm>

#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/pkgbuild/outside_paths.hpp"
#include "core/trust/comparison.hpp"
#include "core/trust/recipe_diff.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

namespace {

/// As it would stand in single quotes.
void check(const pacman::PkgbuildText& text, const std::string& name) {
  const auto words = text.words(name);
  if (!words) return;
  std::string printed = name + "=(";
  for (const auto& each : *words) {
    if (each.find_first_of("'\r") != std::string::npos) return;
    printed += " '" + each + "'\n";
  }
  printed += ")";
  must(pacman::PkgbuildText(printed).words(name) == words, "what is printed is read again");
}

void trust_of(std::string_view input) {
  const auto known = [](const std::string&) { return true; };
  const auto files = [](std::string text) {
    return trust::RecipeFiles{{"PKGBUILD", {trust::RecipeFile::Kind::file, std::move(text)}}};
  };
  const auto before = files(std::string(input));
  const trust::Recipe recipe(before, "x86_64");
  must(trust::compare(recipe, recipe, known).findings.empty(), "what is the same is no change");
  if (!recipe.unreadable().empty() || input.size() > trust::Recipe::kLongestPkgbuild - 10) return;
  const auto after = files(std::string(input) + "\n# more\n");
  must(trust::compare(recipe, trust::Recipe(after, "x86_64"), known).findings.empty(),
       "a comment is no change");
  const auto changed = files(std::string(input) + "\nevil\n");
  must(!trust::compare(recipe, trust::Recipe(changed, "x86_64"), known).findings.empty(),
       "a command is one");
}

/// As a recipe that nobody has seen.
void shown(std::string_view input) {
  trust::RecipeFiles files;
  for (const auto* path : {"PKGBUILD", "x.install", "README"})
    files[path] = {trust::RecipeFile::Kind::file, std::string(input)};
  const auto diff = trust::compare_files({}, files, trust::Whole::yes, Cancellation::never());
  must(diff.files.size() == files.size(), "every file is shown");
  const auto text = trust::unified(diff);
  must(text.size() < std::size_t{4} << 20U, "what is shown is bounded");
  must(is_utf8(text), "what is shown is UTF-8");
  must(std::ranges::none_of(text, [](char c) { return c != '\n' && c != '\t' && is_control(c); }),
       "no terminal obeys what is shown");
  trust::first_sight(files, "x86_64", [](const std::string& name) { return name.size() % 2 == 0; });
}

}  // namespace

void pkgbuild_text(std::string_view input) {
  trust_of(input);
  shown(input);
  const pacman::PkgbuildText text(input);
  for (const auto* name : {"pkgname", "pkgver", "arch"}) check(text, name);
  const auto printed = text.srcinfo("x86_64");
  must(!printed || text.words("pkgver"), "what has a .SRCINFO is clear");
  text.may_have_pkgver_function();
  for (const auto& path : pacman::outside_paths(input))
    must(path.starts_with("../"), "what is outside is above");
  const auto srcinfo = pacman::SrcInfo::parse(
      "pkgbase = foo\n\tpkgver = 1\n\tpkgrel = 1\n\tarch = any\npkgname = foo\n", "x86_64");
  if (!srcinfo_agrees(srcinfo, text, "x86_64")) return;
  const std::vector<std::string> one = {"1"};
  must(text.words("pkgver") == one && text.words("pkgrel") == one,
       "it is believed for its version");
  must(text.words("arch") == std::vector<std::string>{"any"}, "it is believed for its arch");
}

}  // namespace pkgkiln::fuzz
