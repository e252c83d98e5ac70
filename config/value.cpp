#include "config/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <limits>
#include <tuple>
#include <type_traits>

#include "core/base/error.hpp"
#include "core/base/secret.hpp"

namespace pkgkiln::config {

namespace {

constexpr std::size_t longest_shown = 80;

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::array<Unit, 4> durations{{{"d", 86'400}, {"h", 3'600}, {"min", 60}, {"s", 1}}};
constexpr std::array<Unit, 4> sizes{
    {{"T", 1ULL << 40U}, {"G", 1ULL << 30U}, {"M", 1ULL << 20U}, {"K", 1ULL << 10U}}};

constexpr std::uint64_t longest_duration = 36'525ULL * 86'400ULL;
constexpr std::uint64_t largest_size = (1ULL << 60U) - 1;

std::optional<std::uint64_t> factor_of(std::string_view unit, const std::array<Unit, 4>& units) {
  if (unit.empty()) return 1;
  for (const auto& known : units)
    if (unit == known.name) return known.factor;
  return std::nullopt;
}

std::optional<std::uint64_t> scaled(std::uint64_t number, std::optional<std::uint64_t> factor,
                                    std::uint64_t limit) {
  if (!factor || number > limit / *factor) return std::nullopt;
  return number * *factor;
}

/// The digits that the text begins with, and what follows them.
std::optional<std::pair<std::uint64_t, std::string_view>> split_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return std::pair(number, text.substr(static_cast<std::size_t>(end - text.data())));
}

std::string in_largest_unit(std::uint64_t number, const std::array<Unit, 4>& units,
                            std::string_view base) {
  if (number == 0) return "0" + std::string(base);
  for (const auto& unit : units)
    if (number % unit.factor == 0) return std::to_string(number / unit.factor).append(unit.name);
  return std::to_string(number);
}

std::tuple<std::size_t, std::size_t> place(const Origin& origin) {
  const bool in_file = origin.line != 0;
  return {in_file ? origin.line : std::numeric_limits<std::size_t>::max(), origin.column};
}

}  // namespace

std::string Origin::text() const {
  return line == 0 ? source : fmt::format("{}:{}", source, line);
}

std::string Origin::position() const {
  return line == 0 ? source : fmt::format("{}:{}:{}", source, line, column);
}

std::string shown(const Value& value) {
  const auto describe = [](const auto& data) -> std::string {
    using Data = std::decay_t<decltype(data)>;
    if constexpr (std::is_arithmetic_v<Data>) return fmt::format("{}", data);
    if constexpr (std::is_same_v<Data, std::string>) return shown(data);
    if constexpr (std::is_same_v<Data, Value::Other>) return data.what;
    return "an array";
  };
  return std::visit(describe, value.data);
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

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  const auto split = split_number(text);
  if (!split) return std::nullopt;
  const auto seconds = scaled(split->first, factor_of(split->second, durations), longest_duration);
  if (!seconds) return std::nullopt;
  return std::chrono::seconds(static_cast<std::int64_t>(*seconds));
}

std::string format_duration(std::chrono::seconds duration) {
  return in_largest_unit(static_cast<std::uint64_t>(duration.count()), durations, "s");
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  auto split = split_number(text);
  if (!split) return std::nullopt;
  auto& [number, unit] = *split;
  if (unit.size() == 3 && unit.ends_with("iB")) unit.remove_suffix(2);
  return scaled(number, factor_of(unit, sizes), largest_size);
}

std::string format_size(std::uint64_t bytes) {
  return in_largest_unit(bytes, sizes, "");
}

void Problems::throw_if_any() const {
  if (problems_.empty()) return;
  auto sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& left, const auto& right) {
    return place(left.first) < place(right.first);
  });
  UsageError error("the configuration is not valid");
  for (const auto& [where, text] : sorted) error.because(where.position() + ": " + text);
  throw UsageError(error);
}

}  // namespace pkgkiln::config
