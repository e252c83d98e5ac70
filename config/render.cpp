#include "config/render.hpp"

#include <fmt/format.h>

#include "config/keys.hpp"
#include "config/loading.hpp"

namespace pkgkiln::config {

namespace {

std::string line(const Key& key, const Slot& slot, const Origin& origin) {
  const auto value = toml_value(slot);
  if (!value) return fmt::format("# {} is not set\n", key.name);
  return fmt::format("{} = {}  # {}\n", key.name, *value, origin.text());
}

/// Nothing that would have to be said.
bool is_blank(const std::optional<std::string>& value) {
  return !value || *value == "\"\"" || *value == "[]" || *value == "false";
}

std::string table(const LoadResult& result, const Table& table, Settings& settings) {
  std::string text = "\n" + table.header() + "\n";
  for (const auto* key : keys_of(table.name))
    text += line(*key, key->slot(&settings), result.origin_of(key->full_name()));
  return text;
}

/// Entries of an array may be many, so keys left alone that hold nothing are left out.
std::string element(const LoadResult& result, const Table& table, std::size_t index,
                    const Record& record) {
  std::string text = "\n" + table.header() + "\n";
  for (const auto* key : keys_of(table.name)) {
    const auto slot = key->slot(record);
    const auto name = setting_name(*key, index);
    if (!result.origins.contains(name) && is_blank(toml_value(slot))) continue;
    text += line(*key, slot, result.origin_of(name));
  }
  return text;
}

template <class Entry>
std::string elements(const LoadResult& result, const Table& table, std::vector<Entry>& entries) {
  std::string text;
  for (std::size_t i = 0; i < entries.size(); ++i) text += element(result, table, i, &entries[i]);
  return text;
}

constexpr const char* introduction =
    "# Configuration of pkgkiln, looked for at --config, $PKGKILN_CONFIG,\n"
    "# ~/.config/pkgkiln/config.toml and /etc/pkgkiln/config.toml.\n"
    "#\n"
    "# A setting that is commented out shows its default, or an example where there is none.\n"
    "# A table's keys can be set by environment variables too: PKGKILN_BUILD_TIMEOUT=4h, or\n"
    "# PKGKILN_BUILD_TIMEOUT_FILE=FILE for the content of a file. Those beat this file, and\n"
    "# --set build.timeout=4h beats both. Durations are 90s, 30min, 2h, 1d; sizes 512M, 4G.\n"
    "# Paths are relative to this file's directory, \"~/\" is the home directory.\n";

std::string_view sample(const Key& key) {
  return key.example.empty() ? key.default_value : key.example;
}

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

std::string render_effective(const LoadResult& result) {
  Settings settings = result.settings;  // slots are writable
  std::string text = settings.file.empty()
                         ? "# no configuration file\n"
                         : fmt::format("# configuration file: {}\n", settings.file.string());
  for (const auto& known : tables()) {
    if (!known.array)
      text += table(result, known, settings);
    else if (known.name == "repositories")
      text += elements(result, known, settings.repositories);
    else
      text += elements(result, known, settings.targets);
  }
  return text;
}

std::string render_example() {
  std::string text = introduction;
  for (const auto& table : tables()) {
    text += fmt::format("\n# {}\n{}{}\n", table.doc, table.array ? "#" : "", table.header());
    for (const auto* key : keys_of(table.name))
      text += fmt::format("# {}\n#{} = {}\n", key->doc, key->name, sample(*key));
  }
  return text;
}

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
