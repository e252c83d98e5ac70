#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/loading.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::config {

namespace {

std::vector<std::string> table_names() {
  std::vector<std::string> names;
  for (const auto& table : tables()) names.emplace_back(table.name);
  return names;
}

std::vector<std::string> key_names(std::string_view table) {
  std::vector<std::string> names;
  for (const auto* key : keys_of(table)) names.emplace_back(key->name);
  return names;
}

/// "unknown key, did you mean "x"?", or else all that there are.
std::string unknown(std::string_view what, std::string_view name,
                    const std::vector<std::string>& known) {
  if (const auto near = nearest(name, known); !near.empty())
    return fmt::format("unknown {}, did you mean \"{}\"?", what, near);
  return fmt::format("unknown {}, there are: {}", what, fmt::join(known, ", "));
}

/// A name as it stands in the file, which may be any text.
std::string printable(const std::string& name) {
  const bool bare =
      std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > 0x20 && c != 0x7F; });
  return bare ? name : shown(name);
}

/// An entry of an array of tables: where it goes, and its number for the origins.
struct Destination {
  Record record;
  std::size_t index;
};

class DocumentReader {
 public:
  DocumentReader(Loading& loading, const PathBase& base) : loading_(loading), base_(base) {}

  void read(const Section& section) {
    const auto* table = find_table(section.table);
    if (table == nullptr) {
      complain(section.origin,
               printable(section.table) + ": " + unknown("table", section.table, table_names()));
    } else if (table->array != section.in_array) {
      complain(section.origin, fmt::format("{0}: expected {1}, found {2}", section.table,
                                           table->header(), written(section)));
    } else if (table->array) {
      read_element(section, destination(section));
    } else {
      for (const auto& entry : section.entries)
        if (const auto* key = known_key(section, entry)) set(loading_, *key, entry.value, base_);
    }
  }

  void read_outside(const Entry& entry) {
    const auto* table = find_table(entry.key);
    const auto* array = std::get_if<std::vector<Value>>(&entry.value.data);
    if (table != nullptr && table->array && array != nullptr && array->empty()) return;
    if (table != nullptr)
      complain(entry.value.origin, fmt::format("{}: expected {}, found {}", entry.key,
                                               table->header(), shown(entry.value)));
    else
      complain(entry.origin, printable(entry.key) + ": " + outside_text(entry.key));
  }

 private:
  void complain(const Origin& where, std::string text) {
    loading_.problems.add(where, std::move(text));
  }

  static std::string written(const Section& section) {
    return Table{section.table, section.in_array, {}}.header();
  }

  static std::string outside_text(const std::string& name) {
    for (const auto& table : tables())
      if (find_key(table.name, name) != nullptr)
        return fmt::format("a key outside of any table, it belongs below {}", table.header());
    return unknown("table", name, table_names());
  }

  const Key* known_key(const Section& section, const Entry& entry) {
    if (const auto* key = find_key(section.table, entry.key)) return key;
    complain(entry.origin, fmt::format("{}.{}: {}", section.table, printable(entry.key),
                                       unknown("key", entry.key, key_names(section.table))));
    return nullptr;
  }

  Destination destination(const Section& section) {
    auto& settings = loading_.result.settings;
    if (section.table == "repositories")
      return {&settings.repositories.emplace_back(), settings.repositories.size() - 1};
    auto& target = settings.targets.emplace_back();
    target.origin = section.origin.text();
    return {&target, settings.targets.size() - 1};
  }

  void read_element(const Section& section, const Destination& to) {
    auto& origins = loading_.result.origins;
    for (const auto& entry : section.entries)
      if (const auto* key = known_key(section, entry)) {
        const auto name = setting_name(*key, to.index);
        if (!assign(*key, key->slot(to.record), entry.value, base_, loading_.problems))
          loading_.refused.insert(name);
        origins[name] = entry.value.origin;
      }
    for (const auto* key : keys_of(section.table))
      if (key->required && !origins.contains(setting_name(*key, to.index)))
        complain(section.origin, fmt::format("{}: expected one such as {}, found none",
                                             key->full_name(), key->example));
    origins[fmt::format("{}[{}]", section.table, to.index)] = section.origin;
  }

  Loading& loading_;
  const PathBase& base_;
};

}  // namespace

void apply_document(Loading& loading, const Document& document, const PathBase& base) {
  DocumentReader reader(loading, base);
  for (const auto& entry : document.outside) reader.read_outside(entry);
  for (const auto& section : document.sections) reader.read(section);
}

}  // namespace pkgkiln::config
