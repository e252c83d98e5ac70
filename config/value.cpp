#include "config/value.hpp"

#include <fmt/format.h>
#include <type_traits>

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

}  // namespace pkgkiln::config
