#include "core/pkgbuild/shell_parser.hpp"

#include "core/pkgbuild/command_parser.hpp"

namespace pkgkiln::pacman {

ShellScript parse_shell(std::string_view text) {
  // The shell drops zeros, and makepkg refuses carriage returns.
  if (text.find('\0') != std::string_view::npos || text.find('\r') != std::string_view::npos)
    throw Unclear{};
  ShellScript script;
  ShellScanner scanner(text);
  script.commands = CommandParser(scanner, &script.tokens).script(true).parts;
  return script;
}

std::vector<std::string> command_tokens(std::string_view text, bool extended_patterns) {
  std::vector<std::string> tokens;
  ShellScanner scanner(text);
  scanner.extended_patterns = extended_patterns;
  CommandParser(scanner, &tokens).script(false);
  return tokens;
}

std::optional<ShellAssignment> default_of(std::string_view word) {
  if (word.size() > 2 && word.starts_with('"') && word.ends_with('"'))
    word = word.substr(1, word.size() - 2);
  ShellScanner scanner(word);
  if (!word.starts_with("${")) return std::nullopt;
  scanner.skip_quoted();
  if (!scanner.at_end()) return std::nullopt;
  const auto inner = word.substr(2, word.size() - 3);
  ShellAssignment assignment;
  assignment.name = name_at_start(inner);
  auto operation = inner.substr(assignment.name.size());
  if (operation.starts_with(':')) {
    operation.remove_prefix(1);
    assignment.index = ":";
  }
  if (assignment.name.empty() || !operation.starts_with('=')) return std::nullopt;
  assignment.words = {operation.substr(1)};
  return assignment;
}

void skip_commands(ShellScanner& scanner) {
  CommandParser parser(scanner, nullptr);
  parser.list();
  parser.end();
}

}  // namespace pkgkiln::pacman
