#include <charconv>

#include "config/assign.hpp"

namespace pkgkiln::config {

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
