#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/text.hpp"
#include "core/trust/recipe_diff.hpp"
#include "core/trust/source_identity.hpp"

namespace pkgkiln::trust {

namespace {

/// What is put behind the name of what people know.
constexpr std::array kSuffixes = {"-fix",    "-fixed",  "-patch",   "-patched", "-bin",
                                  "-stable", "-latest", "-cracked", "-all",     "-plus",
                                  "-pro",    "-free",   "-new",     "-git"};
constexpr std::size_t kMostTold = 10;         // of a kind
constexpr std::size_t kMostRead = 1U << 20U;  // of a file

using Warnings = std::vector<std::string>;

std::string first_of(const Warnings& all) {
  const auto told = std::min(all.size(), kMostTold);
  auto text =
      fmt::format("{}", fmt::join(all.begin(), all.begin() + static_cast<long>(told), ", "));
  if (all.size() > told) text += fmt::format(" and {} more", all.size() - told);
  return text;
}

/// "firefox" for "firefox-fix-bin"; empty where nothing but "-git" is behind it, which is how
/// people call what they build from upstream's newest commit.
std::string known_name(std::string name, const std::function<bool(const std::string&)>& is_known) {
  bool is_more = false;
  for (auto found = true; found;) {
    found = false;
    for (const std::string_view suffix : kSuffixes) {
      if (!name.ends_with(suffix) || name.size() == suffix.size()) continue;
      name.resize(name.size() - suffix.size());
      is_more = is_more || suffix != "-git";
      found = true;
      break;
    }
    if (found && is_more && is_known(name)) return name;
  }
  return {};
}

Warnings unchecked_sources(const Recipe& recipe) {
  Warnings unchecked;
  for (const auto& array : recipe.with_arch("source")) {
    const auto& sources = recipe.variable(array).value;
    if (!sources) {
      unchecked.push_back(array + " (can't be read without running it)");
      continue;
    }
    for (std::size_t i = 0; i < sources->size(); ++i) {
      const auto identity = identify((*sources)[i], {});
      if (identity.is_local() || identity.is_vcs || identity.is_signature) continue;
      const bool is_checked = std::ranges::any_of(pacman::checksum_arrays, [&](auto* name) {
        const auto& sums = recipe.variable(name + array.substr(6)).value;
        return sums && i < sums->size() && lower_case((*sums)[i]) != "skip";
      });
      if (!is_checked) unchecked.push_back((*sources)[i]);
    }
  }
  return unchecked;
}

/// Of a command in tokens: a kind, and a word or an operator.
std::string first_words(const std::string& code) {
  std::string words;
  for (std::string_view left = code; !left.empty() && words.size() < 80;) {
    const auto token = take_until(left, '\n');
    if (!words.empty()) words += ' ';
    words += token.substr(std::min<std::size_t>(token.size(), 1));
  }
  return words;
}

}  // namespace

std::string binary_kind(std::string_view content) {
  using namespace std::string_view_literals;
  constexpr std::array<std::pair<std::string_view, const char*>, 13> kinds = {{
      {"\x7f"
       "ELF"sv,
       "a program or library (ELF)"},
      {"MZ"sv, "a program for Windows"},
      {"\0asm"sv, "a program (WebAssembly)"},
      {"\xca\xfe\xba\xbe"sv, "a program (Java or macOS)"},
      {"!<arch>\n"sv, "a static library"},
      {"\x1f\x8b"sv, "a gzip archive"},
      {"BZh"sv, "a bzip2 archive"},
      {"\xfd"
       "7zXZ"sv,
       "an xz archive"},
      {"\x28\xb5\x2f\xfd"sv, "a zstd archive"},
      {"PK\3\4"sv, "a zip archive"},
      {"\x89PNG"sv, "an image (PNG)"},
      {"GIF8"sv, "an image (GIF)"},
      {"\xff\xd8\xff"sv, "an image (JPEG)"},
  }};
  if (content.find('\0') == std::string_view::npos) return {};
  for (const auto& [magic, kind] : kinds)
    if (content.starts_with(magic)) return kind;
  return "of an unknown kind";
}

std::vector<std::string> first_sight(
    const RecipeFiles& files, std::string_view carch,
    const std::function<bool(const std::string&)>& is_of_distribution) {
  Warnings warnings;
  const Recipe recipe(files, carch);
  if (!recipe.unreadable().empty()) warnings.push_back(recipe.unreadable());
  for (const auto* variable : {"pkgname", "pkgbase"})
    for (const auto& name : recipe.variable(variable).value.value_or(Warnings()))
      if (const auto known = known_name(name, is_of_distribution); !known.empty())
        warnings.push_back(
            fmt::format("{} is called after {}, which the distribution has", name, known));
  Warnings scripts, programs, words;
  for (const auto& [path, file] : files) {
    if (path.ends_with(".install")) scripts.push_back(path);
    if (const auto kind = binary_kind(file.content); !kind.empty())
      programs.push_back(path + ": " + kind);
    if (is_only_told(path) || !binary_kind(file.content).empty()) continue;
    for (const auto& word : notable_words(std::string_view(file.content).substr(0, kMostRead)))
      words.push_back(word + " (" + path + ")");
  }
  for (const auto& name : recipe.variable("install").value.value_or(Warnings()))
    if (!name.empty() && !name.ends_with(".install")) scripts.push_back(name);
  if (!scripts.empty())
    warnings.push_back("runs as root on every machine that installs it: " + first_of(scripts));
  if (!programs.empty()) warnings.push_back("is no text: " + first_of(programs));
  if (!recipe.code().empty())
    warnings.push_back(fmt::format("{} {} wherever the PKGBUILD is only read: {}",
                                   recipe.code().size(),
                                   recipe.code().size() == 1 ? "command runs" : "commands run",
                                   first_words(recipe.code().front())));
  if (const auto unchecked = unchecked_sources(recipe); !unchecked.empty())
    warnings.push_back("is downloaded without a checksum: " + first_of(unchecked));
  if (!words.empty()) warnings.push_back("words worth a look: " + first_of(words));
  return warnings;
}

}  // namespace pkgkiln::trust
