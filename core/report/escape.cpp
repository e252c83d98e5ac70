#include "core/report/escape.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "core/base/digest.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::report {

namespace {

constexpr std::size_t kLongestName = 100;
constexpr std::string_view kInNames = "._+@-";

}  // namespace

std::string markup(std::string_view text) {
  std::string line(text);
  std::ranges::replace_if(
      line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  std::string result;
  for (const char c : escaped(line)) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string json(std::string_view text) {
  std::string result = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') result += '\\';
    if (c == '<' || c == '>' || c == '&')
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      result += c;
  }
  return result + '"';
}

std::string label(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string web_link(std::string_view url) {
  const auto begin = lower_case(url.substr(0, 8));
  if (!begin.starts_with("http://") && !begin.starts_with("https://")) return {};
  std::string result;
  for (const char c : url) {
    if (is_alphanumeric(c) ||
        std::string_view("-._~:/?#[]@!$()*+,;=%&").find(c) != std::string::npos)
      result += c;
    else
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return markup(result);
}

std::string file_name_for(std::string_view text) {
  const bool is_plain = is_made_of(text, kInNames) && text.size() <= kLongestName &&
                        !text.starts_with('.') && !text.starts_with('-');
  if (is_plain) return std::string(text);
  std::string readable;
  for (const char c : text.substr(0, kLongestName / 2))
    if (is_alphanumeric(c)) readable += c;
  // No plain name has a tilde.
  return readable + "~" + sha256_of(text).substr(0, 32);
}

}  // namespace pkgkiln::report
