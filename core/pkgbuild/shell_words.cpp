#include "core/pkgbuild/shell_words.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/text.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::size_t kMostWords = 10'000;
constexpr std::string_view kQuotes = "\\'\"`$";

}  // namespace

void ShellWords::work(std::size_t steps) {
  if (steps > work_left_) throw Unclear{};
  work_left_ -= steps;
}

std::optional<std::string> ShellWords::scalar(std::string_view word) {
  Text result;
  if (!expand(word, false, result)) return std::nullopt;
  return std::move(result.text);
}

std::optional<std::vector<std::string>> ShellWords::list(
    const std::vector<std::string_view>& words) {
  std::vector<std::string> result;
  bool known = true;
  for (const auto word : words) {
    // "[index]=value": what the index is may count something up.
    if (word.starts_with('[')) throw Unclear{};
    std::vector<std::string> branches;
    braces(word, branches);
    for (const auto& branch : branches) {
      auto found = elements(branch);
      known = known && found;
      if (known) result.insert(result.end(), found->begin(), found->end());
      if (result.size() > kMostWords) throw Unclear{};
    }
  }
  return known ? std::optional(std::move(result)) : std::nullopt;
}

const std::vector<std::string>* ShellWords::known(std::string_view name) const {
  static const std::vector<std::string> unset;
  const auto found = variables_.find(name);
  // PKGBUILDs begin the names of their own variables with an underscore, and nobody else does.
  if (found == variables_.end()) return name.size() > 1 && name.front() == '_' ? &unset : nullptr;
  return found->second.known ? &found->second.words : nullptr;
}

std::optional<bool> ShellWords::matches(const std::string& text, std::string_view pattern_word) {
  const auto what = pattern(pattern_word);
  if (!what) return std::nullopt;
  return matches(*what, text);
}

/// The values of one word: none, one, or all of an array.
std::optional<std::vector<std::string>> ShellWords::elements(std::string_view word) {
  auto inner = word;
  if (inner.size() > 2 && inner.starts_with('"') && inner.ends_with('"'))
    inner = inner.substr(1, inner.size() - 2);
  if (inner.starts_with("${") && find_unquoted(inner.substr(2), "}", 0) == inner.size() - 3) {
    bool all = false;
    auto found = parameter(inner.substr(2, inner.size() - 3), all);
    if (all && found && inner.size() == word.size()) {
      Text whole;
      for (const auto& value : *found)
        if (value.empty() || !add_value(value, false, true, whole)) return std::nullopt;
    }
    if (all) return found;
  }
  Text result;
  if (!expand(word, true, result)) return std::nullopt;
  if (result.text.empty() && !result.quoted) return std::vector<std::string>();
  return std::vector{std::move(result.text)};
}

/// Into the words that "{a,b}" makes of it; bash(1), "Brace Expansion".
void ShellWords::braces(std::string_view word, std::vector<std::string>& result) {
  work(word.size());
  if (result.size() > kMostWords || word.size() > kLongestWord) throw Unclear{};
  const auto open = find_unquoted(word, "{", 0);
  if (open == std::string_view::npos) return result.emplace_back(word), void();
  std::vector<std::string_view> parts;
  int depth = 0;
  auto begin = open + 1;
  auto at = open;
  for (; at != std::string_view::npos; at = find_unquoted(word, "{},", at + 1)) {
    if (word[at] == '{') ++depth;
    if (word[at] == '}') --depth;
    if ((word[at] == ',' && depth == 1) || depth == 0) {
      parts.push_back(word.substr(begin, at - begin));
      begin = at + 1;
    }
    if (depth == 0) break;
  }
  // A single pair of braces, or a sequence: only bash can tell.
  if (at == std::string_view::npos || parts.size() < 2) throw Unclear{};
  for (const auto part : parts)
    braces(std::string(word.substr(0, open)) + std::string(part) + std::string(word.substr(at + 1)),
           result);
}

bool ShellWords::expand(std::string_view word, bool splits, Text& result) {
  work(word.size());
  if (word.starts_with('~') || (!splits && word.find(":~") != std::string_view::npos)) return false;
  const auto plain = [&result](char c, bool active) {
    result.text += c;
    result.active.push_back(active);
  };
  bool known = true;
  for (ShellScanner scanner(word); !scanner.at_end();) {
    const auto begin = scanner.place();
    const char c = scanner.next();
    if (c == '$') {
      known = expand_dollar(scanner, false, splits, result) && known;
    } else if (kQuotes.find(c) != std::string_view::npos) {
      scanner.skip_quoted();
      const auto quoted = scanner.from(begin);
      result.quoted = result.quoted || c != '\\';
      if (c == '`') {
        known = false;
      } else if (c == '"') {
        known = expand_double_quoted(quoted.substr(1, quoted.size() - 2), result) && known;
      } else if (quoted != "\\\n") {
        for (const char each : quoted.substr(1, quoted.size() - (c == '\\' ? 1 : 2)))
          plain(each, false);
      }
    } else {
      const bool wild = c == '*' || c == '?' || c == '[';
      // For the names of files, but none is like a URL.
      if (splits && wild && word.find("://") == std::string_view::npos) known = false;
      plain(c, wild);
      scanner.skip(1);
    }
    if (result.text.size() > kLongestWord) throw Unclear{};
  }
  return known;
}

bool ShellWords::expand_double_quoted(std::string_view inner, Text& result) {
  bool known = true;
  for (ShellScanner scanner(inner); !scanner.at_end();) {
    const char c = scanner.next();
    if (c == '$') {
      known = expand_dollar(scanner, true, false, result) && known;
      continue;
    }
    if (c == '`') {
      scanner.skip_quoted();
      known = false;
      continue;
    }
    if (c == '\\' && scanner.next(1) == '\n') {
      scanner.skip(2);
      continue;
    }
    if (c == '\\' && std::string_view("$`\"\\").find(scanner.next(1)) != std::string_view::npos)
      scanner.skip(1);
    result.text += scanner.next();
    result.active.push_back(false);
    scanner.skip(1);
  }
  return known;
}

bool ShellWords::add_value(const std::string& value, bool quoted, bool splits, Text& result) {
  if (splits && !quoted && value.find_first_of(" \t\n*?[\\") != std::string::npos) return false;
  result.text += value;
  result.active.resize(result.text.size(), !quoted);
  if (result.text.size() > kLongestWord) throw Unclear{};
  work(value.size());
  return true;
}

/// At a '$'.
bool ShellWords::expand_dollar(ShellScanner& scanner, bool quoted, bool splits, Text& result) {
  const auto after = scanner.rest().substr(1);
  std::string_view inner = name_at_start(after);
  if (!inner.empty()) {
    scanner.skip(1 + inner.size());
  } else if (after.starts_with('{')) {
    const auto begin = scanner.place();
    scanner.skip_quoted();
    inner = scanner.from(begin);
    inner = inner.substr(2, inner.size() - 3);
  } else if (after.starts_with("((")) {
    throw Unclear{};  // it may assign
  } else if (after.starts_with('(')) {
    scanner.skip_quoted();  // in a shell of its own
    return false;
  } else if (!quoted && (after.starts_with('"') || after.starts_with('\''))) {
    scanner.skip_quoted();  // translated, or with escapes
    return false;
  } else {
    scanner.skip(1);
    result.text += '$';
    result.active.push_back(false);
    return after.empty() ||
           std::string_view("@*#?-!0123456789$").find(after.front()) == std::string_view::npos;
  }
  bool all = false;
  const auto found = parameter(inner, all);
  return found && !all && add_value(found->front(), quoted, splits, result);
}

/// "name", "name[0]", "name[@]" (then it is `all`) with an operation behind it, as between the
/// braces of "${…}".
std::optional<std::vector<std::string>> ShellWords::parameter(std::string_view inner, bool& all) {
  if (inner.starts_with('!') && inner.find('=') == std::string_view::npos) return std::nullopt;
  const bool counts = inner.size() > 1 && inner.front() == '#';
  if (counts) inner.remove_prefix(1);
  const auto name = name_at_start(inner);
  auto operation = inner.substr(name.size());
  std::optional<std::size_t> index = 0;
  if (operation.starts_with('[')) {
    const auto end = operation.find(']');
    if (end == std::string_view::npos) throw Unclear{};
    const auto key = operation.substr(1, end - 1);
    all = key == "@";
    index = index_in(key);
    if (key.empty() || (!all && !index && key != "*"))
      throw Unclear{};  // it is computed, and may assign
    operation = operation.substr(end + 1);
  }
  // "${name:=value}" assigns; "${name@P}" runs what it holds.
  if (operation.starts_with('=') || operation.starts_with(":=") || operation.starts_with('@'))
    throw Unclear{};
  const auto* found = known(name);
  if (name.empty() || counts || (!all && !index) || found == nullptr) {
    if (operation.starts_with('?') || operation.starts_with(":?"))
      throw Unclear{};                                     // it may end it
    if (!operation.empty()) operate({}, true, operation);  // for what it may do
    return std::nullopt;
  }
  const auto& words = *found;
  std::vector<std::string> values;
  if (all)
    values = words;
  else
    values = {*index < words.size() ? words[*index] : std::string()};
  if (operation.empty()) return values;
  for (auto& value : values) {
    auto result = operate(std::move(value), all || *index < words.size(), operation);
    if (!result) return std::nullopt;
    value = std::move(*result);
  }
  return values;
}

}  // namespace pkgkiln::pacman
