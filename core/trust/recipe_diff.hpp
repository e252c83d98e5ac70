#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/trust/recipe.hpp"

namespace pkgkiln::trust {

/// What a person is shown of packaging files. All texts are fit for a terminal: what that obeys,
/// what turns text around and what looks like another letter is written as its number, and what
/// hides something by its length is cut, and says so.

struct DiffLine {
  char sign = ' ';  // '+', '-', or ' ' for what is the same
  std::string text;
};

/// Lines that stand together; lines are counted from 1.
struct DiffHunk {
  std::size_t first_before = 0, before = 0, first_after = 0, after = 0;
  std::vector<DiffLine> lines;
};

struct FileDiff {
  enum class Kind { created, removed, changed, mode, same };

  std::string path;
  Kind kind = Kind::same;
  /// What lines don't tell: "is executable", "binary, 1234 bytes: an ELF program", "line 7 has 9000
  /// characters".
  std::vector<std::string> notes;
  std::size_t added = 0, removed = 0;  // lines
  std::vector<DiffHunk> hunks;         // none of what is no text
};
/// "new", "removed", "changed", "mode", "same"
const char* word(FileDiff::Kind kind);

struct RecipeDiff {
  /// The PKGBUILD first, then what is run, then what nothing is made of.
  std::vector<FileDiff> files;
  /// Words on new lines that deserve a look, with their files: "curl (PKGBUILD)".
  std::vector<std::string> words;
  std::string left_out;  // what there was no room for; empty: nothing
};

enum class Whole { no, yes };

/// What differs between two recipes; with Whole::yes all lines of all files. None before: all of it
/// is new. Bounded, whatever the files are.
RecipeDiff compare_files(const RecipeFiles& before, const RecipeFiles& after, Whole whole,
                         const Cancellation& cancel);
/// As `diff -u` prints it, with the notes under a file's name.
std::string unified(const RecipeDiff& diff);

/// Where words stand in a shown line that deserve a look: programs that fetch or hide something,
/// and places where something would stay. Most uses of them are honest. First and length.
std::vector<std::pair<std::size_t, std::size_t>> notable_in(std::string_view line);

/// What to think of before a recipe that nobody has approved is built. `is_of_distribution` tells
/// whether the distribution has a package of that name. May hold control characters.
std::vector<std::string> first_sight(
    const RecipeFiles& files, std::string_view carch,
    const std::function<bool(const std::string&)>& is_of_distribution);

/// "a program (ELF)": what a file that is no text seems to be; empty for text.
std::string binary_kind(std::string_view content);
/// Words of a text that deserve a look, in their order; those that only show once quotes are taken
/// away are "bun (in pieces)".
std::vector<std::string> notable_words(std::string_view text);

}  // namespace pkgkiln::trust
