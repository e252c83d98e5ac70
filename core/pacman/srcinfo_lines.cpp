#include "core/pacman/srcinfo_lines.hpp"

#include <algorithm>

#include "core/pacman/text.hpp"

namespace pkgkiln::pacman {

namespace {

constexpr std::size_t kMaxSrcinfo = std::size_t{4} << 20U;
constexpr std::size_t kMaxLines = 100'000;
constexpr std::size_t kMaxLineLength = std::size_t{64} << 10U;

bool is_key(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

SrcInfoLine parse_line(std::string_view line, std::size_t number) {
  if (line.size() > kMaxLineLength) throw srcinfo_error(number, "the line is too long");
  const auto equals = line.find('=');
  const auto key = trimmed(line.substr(0, equals));
  if (equals == std::string_view::npos || !is_key(key))
    throw srcinfo_error(number, "expected 'key = value'");
  const auto value = trimmed(line.substr(equals + 1));
  if (has_control_characters(value)) throw srcinfo_error(number, "control characters");
  return {number, std::string(key), std::string(value)};
}

}  // namespace

Error srcinfo_error(std::size_t line, const std::string& why) {
  return Error("cannot read the .SRCINFO").because("line " + std::to_string(line) + ": " + why);
}

void for_each_srcinfo_line(std::string_view text,
                           const std::function<void(const SrcInfoLine&)>& take) {
  if (text.size() > kMaxSrcinfo)
    throw Error("cannot read the .SRCINFO").because("it is longer than 4 MiB");
  for (std::size_t number = 1; !text.empty(); ++number) {
    if (number > kMaxLines) throw srcinfo_error(number, "more than 100000 lines");
    const auto end = text.find('\n');
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.front() != '#') take(parse_line(line, number));
  }
}

}  // namespace pkgkiln::pacman
