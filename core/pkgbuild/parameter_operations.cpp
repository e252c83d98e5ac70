#include <algorithm>
#include <charconv>
#include <utility>

#include "core/base/text.hpp"
#include "core/pkgbuild/shell_words.hpp"

// What "${name%pattern}" and the like make of a value (bash(1), "Parameter Expansion").
namespace pkgkiln::pacman {

std::size_t find_unquoted(std::string_view text, std::string_view characters, std::size_t at) {
  ShellScanner scanner(text);
  scanner.skip(at);
  while (!scanner.at_end() && characters.find(scanner.next()) == std::string_view::npos)
    if (std::string_view("\\'\"`$").find(scanner.next()) == std::string_view::npos)
      scanner.skip(1);
    else
      scanner.skip_quoted();
  return scanner.at_end() ? std::string_view::npos : scanner.place();
}

std::optional<std::size_t> index_in(std::string_view text) {
  std::size_t number = 0;
  if (text.empty()) return number;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

namespace {

std::string in_case(std::string value, std::string_view operation) {
  const bool upper = operation.front() == '^';
  for (std::size_t i = 0;
       i < (operation.size() == 2 ? value.size() : std::min<std::size_t>(1, value.size())); ++i) {
    char& c = value[i];
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!upper) c = lower_case(c);
  }
  return value;
}

std::optional<std::string> substring_of(const std::string& value, std::string_view operation) {
  const auto colon = operation.find(':');
  const auto from = index_in(operation.substr(0, colon));
  const auto count = colon == std::string_view::npos ? std::optional<std::size_t>(value.size())
                                                     : index_in(operation.substr(colon + 1));
  // It counts characters, not bytes.
  const bool ascii = std::all_of(value.begin(), value.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!from || !count || !ascii) return std::nullopt;
  return *from < value.size() ? value.substr(*from, *count) : std::string();
}

}  // namespace

std::optional<std::string> ShellWords::operate(std::string value, bool is_set,
                                               std::string_view operation) {
  const char first = operation.front();
  if (first == '%' || first == '#') return cut(value, operation);
  if (first == '/') return replace(value, operation);
  if (operation == "^" || operation == "^^" || operation == "," || operation == ",,")
    return in_case(std::move(value), operation);
  const bool colon = first == ':' && operation.size() > 1;
  const char kind = colon ? operation[1] : first;
  if (kind == '?') {  // it ends the script
    if (colon ? value.empty() : !is_set) throw Unclear{};
    return value;
  }
  if (kind == '-' || kind == '+') {
    const bool there = colon ? !value.empty() : is_set;
    auto other = scalar(operation.substr(colon ? 2 : 1));
    if (kind == '-') return there ? std::optional(std::move(value)) : other;
    return there ? other : std::optional<std::string>("");
  }
  if (!colon || !is_made_of(operation, ":")) throw Unclear{};  // a computed part may assign
  return substring_of(value, operation.substr(1));
}

std::optional<ShellWords::Text> ShellWords::pattern(std::string_view word) {
  Text result;
  if (!expand(word, false, result)) return std::nullopt;
  for (std::size_t i = 0; i < result.text.size(); ++i)
    if (result.active[i] && (result.text[i] == '[' || result.text[i] == '\\')) return std::nullopt;
  return result;
}

/// '*' and '?', where they are active.
bool ShellWords::matches(const Text& pattern, std::string_view text) {
  work((pattern.text.size() + 1) * (text.size() + 1));
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string::npos;
  std::size_t resume = 0;
  const auto is = [&](char c) {
    return p < pattern.text.size() && pattern.active[p] && pattern.text[p] == c;
  };
  while (t < text.size()) {
    if (is('*')) {
      star = p++;
      resume = t;
    } else if (is('?') || (p < pattern.text.size() && pattern.text[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (is('*')) ++p;
  return p == pattern.text.size();
}

/// "%end", "%%end", "#start", "##start".
std::optional<std::string> ShellWords::cut(const std::string& value, std::string_view operation) {
  const char side = operation.front();
  const bool longest = operation.size() > 1 && operation[1] == side;
  const auto what = pattern(operation.substr(longest ? 2 : 1));
  if (!what) return std::nullopt;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    const auto size = longest ? value.size() - i : i;
    const auto rest = value.size() - size;
    const auto tried = std::string_view(value).substr(side == '#' ? 0 : rest, size);
    if (matches(*what, tried)) return side == '#' ? value.substr(size) : value.substr(0, rest);
  }
  return value;
}

/// "/what/with", "//what/with".
std::optional<std::string> ShellWords::replace(const std::string& value,
                                               std::string_view operation) {
  operation.remove_prefix(1);
  const bool every = operation.starts_with('/');
  if (every) operation.remove_prefix(1);
  const auto slash = find_unquoted(operation, "/", 0);
  const auto what = pattern(operation.substr(0, slash));
  const auto with =
      slash == std::string_view::npos ? std::string() : scalar(operation.substr(slash + 1));
  if (!what || !with || what->text.empty()) return std::nullopt;
  // "#" and "%" bind it to an end; an '&' stands for what was found in some versions of bash.
  if (operation.front() == '#' || operation.front() == '%') return std::nullopt;
  if (with->find('&') != std::string::npos) return std::nullopt;
  std::string result;
  std::size_t at = 0;
  for (bool done = false; at < value.size() && !done;) {
    auto size = value.size() - at;
    while (size > 0 && !matches(*what, std::string_view(value).substr(at, size))) --size;
    if (size == 0) {
      result += value[at++];
      continue;
    }
    result += *with;
    at += size;
    done = !every;
    if (result.size() > kLongestWord) throw Unclear{};
  }
  return result + value.substr(at);
}

}  // namespace pkgkiln::pacman
