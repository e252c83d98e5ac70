#include "config/value.hpp"

#include <charconv>
#include <fmt/format.h>
#include <type_traits>

#include "config/assign.hpp"
#include "core/base/secret.hpp"

namespace pkgkiln::config {

namespace {

constexpr std::size_t longest_shown = 80;

std::string describe(const std::string& text) {
  return shown(text);
}
std::string describe(std::int64_t number) {
  return fmt::format("{}", number);
}
std::string describe(double number) {
  return fmt::format("{}", number);
}
std::string describe(bool truth) {
  return truth ? "true" : "false";
}
std::string describe(const std::vector<Value>&) {
  return "an array";
}
std::string describe(const Value::Other& other) {
  return other.what;
}

}  // namespace

std::string Origin::text() const {
  return line == 0 ? source : fmt::format("{}:{}", source, line);
}

std::string Origin::position() const {
  return line == 0 ? source : fmt::format("{}:{}:{}", source, line, column);
}

std::string shown(const Value& value) {
  return std::visit([](const auto& data) { return describe(data); }, value.data);
}

std::string shown(const std::string& text) {
  std::string visible = displayable_url(text);
  if (visible.size() <= longest_shown) return toml_string(visible);
  std::size_t end = longest_shown;
  while (end > 0 && (static_cast<unsigned char>(visible[end]) & 0xC0U) == 0x80U) --end;
  return toml_string(visible.substr(0, end) + "…");
}

std::string toml_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      (quoted += '\\') += c;
    else if (c == '\n')
      quoted += "\\n";
    else if (c == '\t')
      quoted += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
      quoted += c;
  }
  return quoted + '"';
}

namespace {

std::vector<Value> words(const std::string& text, const Origin& origin) {
  constexpr const char* white_space = " \t\r\n\v\f";
  std::vector<Value> found;
  for (auto begin = text.find_first_not_of(white_space); begin != std::string::npos;) {
    const auto end = text.find_first_of(white_space, begin);
    found.push_back({text.substr(begin, end - begin), origin});
    begin = text.find_first_not_of(white_space, end);
  }
  return found;
}

/// The whole text as a number; the text itself when it is none, for the error to show.
template <class Number>
Value number_or_text(const std::string& text, const Origin& origin) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return {text, origin};
  return {number, origin};
}

}  // namespace

Value value_from_text(const Slot& slot, const std::string& text, const Origin& origin) {
  if (std::holds_alternative<std::vector<std::string>*>(slot)) return {words(text, origin), origin};
  if (std::holds_alternative<std::int64_t*>(slot))
    return number_or_text<std::int64_t>(text, origin);
  if (std::holds_alternative<std::optional<double>*>(slot))
    return number_or_text<double>(text, origin);
  if (std::holds_alternative<bool*>(slot) && (text == "true" || text == "false"))
    return {text == "true", origin};
  return {text, origin};
}

}  // namespace pkgkiln::config
