#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pkgbuild/shell_scanner.hpp"

namespace pkgkiln::pacman {

struct ShellAssignment {
  std::string_view name;
  std::string_view index;  // of "name[index]=value"
  bool appends = false;
  bool is_array = false;
  std::vector<std::string_view> words;  // as written; of one that is no array: one, maybe empty
};

/// A command of a bash script (bash(1), "Shell Grammar"), as far as anybody needs to know it.
struct ShellCommand {
  enum class Kind {
    simple,    // assignments and words
    function,  // words: its name; parts: its body
    branch,    // "if": condition, commands, condition, commands, …, commands of "else"
    each,      // "for NAME in WORD…": words, the name first; parts: commands
    choice,    // "case": words: what is looked at; patterns and parts: its lists of commands
    group,     // of commands: "{…}", and every list in other commands
    both,      // "a && b"
    either,    // "a || b"
    negation,  // "! a"
    test,      // "[[…]]": its words and operators
    enclosed,  // "(…)", "a | b", "a &": it changes no variable
    other,     // loops, "((…))": it may
  };

  Kind kind = Kind::simple;
  std::vector<ShellAssignment> assignments = {};
  std::vector<std::string_view> words = {};
  std::vector<ShellCommand> parts = {};
  std::vector<std::vector<std::string_view>> patterns = {};
  bool falls_through = false;  // of "case": from one list of commands into the next
  bool redirected = false;
  std::string_view text = {};  // as written
  /// Which of ShellScript::tokens it is; of a function those of its body.
  std::size_t first_token = 0, last_token = 0;
};

/// A script, read and not run.
struct ShellScript {
  std::vector<ShellCommand> commands;
  /// The words and operators of all of it, each in one form however it is quoted and laid out, and
  /// the lines of here-documents: two texts with the same tokens do the same.
  std::vector<std::string> tokens;
};

/// Throws Unclear. Linear in the text's length, which may be anything. The text outlives the
/// result.
ShellScript parse_shell(std::string_view text);

/// The tokens of commands that are no script of their own.
std::vector<std::string> command_tokens(std::string_view text, bool extended_patterns);

/// Moves behind commands, up to the ")" that nothing in them opened.
void skip_commands(ShellScanner& scanner);

/// "${name:=value}" or "${name=value}" as a word: sets what isn't set, as ":" makes use of.
std::optional<ShellAssignment> default_of(std::string_view word);

/// A word in the one form that all have that mean the same, whatever quotes and braces they are
/// written with. Words of another meaning have another one.
std::string canonical_word(std::string_view word, bool extended_patterns);

}  // namespace pkgkiln::pacman
