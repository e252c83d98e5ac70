#include <fmt/format.h>

#include "config/loading.hpp"
#include "config/render.hpp"

namespace pkgkiln::config {

namespace {

std::string origin_of(const LoadResult& result, const std::string& name) {
  const auto found = result.origins.find(name);
  return (found == result.origins.end() ? Origin() : found->second).text();
}

std::string line(const Key& key, const Slot& slot, const std::string& origin) {
  const auto value = toml_value(slot);
  if (!value) return fmt::format("# {} is not set\n", key.name);
  return fmt::format("{} = {}  # {}\n", key.name, *value, origin);
}

/// Nothing that would have to be said.
bool is_blank(const std::optional<std::string>& value) {
  return !value || *value == "\"\"" || *value == "[]" || *value == "false";
}

std::string table(const LoadResult& result, const Table& table, Settings& settings) {
  std::string text = "\n" + table.header() + "\n";
  for (const auto* key : keys_of(table.name))
    text += line(*key, key->slot(&settings), origin_of(result, key->full_name()));
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
    text += line(*key, slot, origin_of(result, name));
  }
  return text;
}

template <class Entry>
std::string elements(const LoadResult& result, const Table& table, std::vector<Entry>& entries) {
  std::string text;
  for (std::size_t i = 0; i < entries.size(); ++i) text += element(result, table, i, &entries[i]);
  return text;
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

}  // namespace pkgkiln::config
