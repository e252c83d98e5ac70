#include "core/pacman/shell_words.hpp"

#include <algorithm>

#include "core/base/characters.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::size_t kMaxWords = 10'000;
constexpr std::string_view kBlanks = " \t\r";

void skip(std::string_view& text, std::string_view characters) {
  text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

void skip_comment(std::string_view& text) {
  if (text.starts_with('#')) text.remove_prefix(std::min(text.find('\n'), text.size()));
}

bool ends_word(std::string_view text, std::string_view terminators) {
  return text.empty() || terminators.find(text.front()) != std::string_view::npos;
}

/// Takes a word in quotes or without them off the front, which one of `terminators` follows.
std::optional<std::string> take_word(std::string_view& text, std::string_view terminators) {
  const bool quoted = text.starts_with('\'') || text.starts_with('"');
  const auto begin = std::size_t{quoted ? 1U : 0U};
  const auto end = quoted ? text.find(text.front(), 1) : text.find_first_of(terminators);
  if (quoted && end == std::string_view::npos) return std::nullopt;
  const auto word = text.substr(begin, end == std::string_view::npos ? end : end - begin);
  text.remove_prefix(std::min(begin + word.size() + begin, text.size()));
  // The shell makes a home directory of a tilde that isn't quoted.
  const bool plain = word.empty() || (is_made_of(word, "@._+-~") && word.front() != '~');
  if (!plain || !ends_word(text, terminators)) return std::nullopt;
  return std::string(word);
}

/// Whether nothing but a comment stands on the rest of the line.
bool ends_line(std::string_view text) {
  const bool blank = !ends_word(text, "\n") && kBlanks.find(text.front()) != std::string_view::npos;
  skip(text, kBlanks);
  if (blank) skip_comment(text);
  return ends_word(text, "\n");
}

}  // namespace

std::optional<std::string> read_shell_word(std::string_view text) {
  auto word = take_word(text, " \t\r\n");
  return word && ends_line(text) ? word : std::nullopt;
}

std::optional<std::vector<std::string>> read_shell_array(std::string_view text) {
  if (!text.starts_with('(')) return std::nullopt;
  text.remove_prefix(1);
  std::vector<std::string> words;
  while (words.size() < kMaxWords) {
    skip(text, " \t\r\n");
    if (text.starts_with('#')) {
      skip_comment(text);
      continue;
    }
    if (text.starts_with(')'))
      return ends_line(text.substr(1)) ? std::optional(words) : std::nullopt;
    auto word = take_word(text, " \t\r\n)");
    if (!word || word->empty()) return std::nullopt;
    words.push_back(std::move(*word));
  }
  return std::nullopt;
}

}  // namespace pkgkiln::pacman
