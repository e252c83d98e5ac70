#include <fmt/format.h>

#include "config/keys.hpp"
#include "config/render.hpp"

namespace pkgkiln::config {

namespace {

/// Text that the macros leave as it is: no escapes, no control lines, hyphens that can be copied.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else if (c == '"')
      safe += "\\(dq";
    else if (c == '~')
      safe += "\\(ti";
    else if (safe.empty() && (c == '.' || c == '\''))
      (safe += "\\&") += c;
    else
      safe += c;
  }
  return safe;
}

std::string value_line(const Key& key) {
  std::string text(key.type());
  if (key.required) text += ", required";
  if (!key.default_value.empty()) text += fmt::format(", default {}", key.default_value);
  if (!key.example.empty()) text += fmt::format(", such as {}", key.example);
  return escaped(text);
}

std::string environment_line(const Key& key) {
  std::string text = fmt::format("Environment: {}", key.environment_name());
  if (!key.alias.empty()) text += fmt::format(" or {}", key.alias);
  return escaped(text + ".");
}

}  // namespace

std::string keys_as_roff() {
  std::string text = ".nh\n";  // names are not to be parted
  for (const auto& table : tables()) {
    text += fmt::format(".SS {}\n{}\n", table.header(), escaped(table.doc));
    for (const auto* key : keys_of(table.name)) {
      text += fmt::format(".TP\n.BR {} \" ({})\"\n{}\n", key->name, value_line(*key),
                          escaped(key->doc));
      if (!table.array) text += environment_line(*key) + "\n";
    }
  }
  return text + ".hy\n";
}

}  // namespace pkgkiln::config
