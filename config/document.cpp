#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

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

std::string outside_text(const std::string& name) {
  for (const auto& table : tables())
    if (find_key(table.name, name) != nullptr)
      return fmt::format("a key outside of any table, it belongs below {}", table.header());
  return unknown("table", name, table_names());
}

std::string_view line_of(std::string_view text, std::size_t number) {
  for (; number > 1 && !text.empty(); --number)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find('\n'));
}

/// The parser's message quotes the text, and must not show a secret.
bool names_a_secret(std::string_view line) {
  const auto all = keys();
  return std::any_of(all.begin(), all.end(), [&](const Key& key) {
    return key.secret() && line.find(key.name) != std::string_view::npos;
  });
}

/// Goes through a document, and takes its values into the settings.
class DocumentReader {
 public:
  DocumentReader(Loading& loading, const std::string& source, const PathBase& base)
      : loading_(loading), source_(source), base_(base) {}

  void read(const toml::table& root) {
    for (const auto& [key, node] : root) {
      const std::string name(key.str());
      const auto* array = node.as_array();
      if (const auto* table = node.as_table())
        read_table(name, false, *table);
      else if (array != nullptr && array->is_array_of_tables())
        for (const auto& element : *array) read_table(name, true, *element.as_table());
      else
        read_outside(name, origin(key.source()), value(node));
    }
  }

  Origin origin(const toml::source_region& region) const {
    return {source_, region.begin.line, region.begin.column};
  }

 private:
  void read_table(const std::string& name, bool in_array, const toml::table& entries) {
    const auto where = origin(entries.source());
    const auto* table = find_table(name);
    if (table == nullptr) {
      complain(where, printable(name) + ": " + unknown("table", name, table_names()));
    } else if (table->array != in_array) {
      complain(where, fmt::format("{}: expected {}, found {}", name, table->header(),
                                  Table{name, in_array, {}}.header()));
    } else if (table->array) {
      read_element(name, where, entries);
    } else {
      for (const auto& [entry, node] : entries)
        if (const auto* key = known_key(name, entry)) set(loading_, *key, value(node), base_);
    }
  }

  void read_element(const std::string& table, const Origin& where, const toml::table& entries) {
    const auto [record, index] = new_record(table, where);
    auto& origins = loading_.result.origins;
    for (const auto& [entry, node] : entries)
      if (const auto* key = known_key(table, entry)) {
        const auto name = setting_name(*key, index);
        const auto given = value(node);
        if (!assign(*key, key->slot(record), given, base_, loading_.problems))
          loading_.refused.insert(name);
        origins[name] = given.origin;
      }
    for (const auto* key : keys_of(table))
      if (key->required && !origins.contains(setting_name(*key, index)))
        complain(where, fmt::format("{}: expected one such as {}, found none", key->full_name(),
                                    key->example));
    origins[fmt::format("{}[{}]", table, index)] = where;
  }

  /// A new entry of an array of tables, and its number.
  std::pair<Record, std::size_t> new_record(const std::string& table, const Origin& where) {
    auto& settings = loading_.result.settings;
    if (table == "repositories")
      return {&settings.repositories.emplace_back(), settings.repositories.size() - 1};
    auto& target = settings.targets.emplace_back();
    target.origin = where.text();
    return {&target, settings.targets.size() - 1};
  }

  /// What stands at the top and is no table.
  void read_outside(const std::string& name, const Origin& where, const Value& given) {
    const auto* table = find_table(name);
    const auto* array = std::get_if<std::vector<Value>>(&given.data);
    if (table != nullptr && table->array && array != nullptr && array->empty()) return;
    if (table != nullptr)
      complain(given.origin,
               fmt::format("{}: expected {}, found {}", name, table->header(), shown(given)));
    else
      complain(where, printable(name) + ": " + outside_text(name));
  }

  const Key* known_key(const std::string& table, const toml::key& entry) {
    const std::string name(entry.str());
    if (const auto* key = find_key(table, name)) return key;
    for (const auto* key : keys_of(table))
      if (!key->former_name.empty() && key->former_name == name) {
        tell_of_former(*key, origin(entry.source()));
        return key;
      }
    complain(origin(entry.source()), fmt::format("{}.{}: {}", table, printable(name),
                                                 unknown("key", name, key_names(table))));
    return nullptr;
  }

  /// Once for all entries.
  void tell_of_former(const Key& key, const Origin& where) {
    auto& notices = loading_.result.notices;
    const auto text = fmt::format("{}.{} is called {} now", key.table, key.former_name, key.name);
    if (std::none_of(notices.begin(), notices.end(),
                     [&](const std::string& one) { return one.ends_with(text); }))
      notices.push_back(where.text() + ": " + text);
  }

  void complain(const Origin& where, std::string text) {
    loading_.problems.add(where, std::move(text));
  }

  Value value(const toml::node& node) const {
    Value value{Value::Other{"a date or time"}, origin(node.source())};
    if (const auto* text = node.as_string()) {
      value.data = text->get();
    } else if (const auto* integer = node.as_integer()) {
      value.data = integer->get();
    } else if (const auto* number = node.as_floating_point()) {
      value.data = number->get();
    } else if (const auto* truth = node.as_boolean()) {
      value.data = truth->get();
    } else if (const auto* array = node.as_array()) {
      std::vector<Value> values;
      for (const auto& element : *array) values.push_back(this->value(element));
      value.data = std::move(values);
    } else if (node.is_table()) {
      value.data = Value::Other{"a table"};
    }
    return value;
  }

  Loading& loading_;
  const std::string& source_;
  const PathBase& base_;
};

}  // namespace

void apply_document(Loading& loading, std::string_view text, const std::string& source,
                    const PathBase& base) {
  DocumentReader reader(loading, source, base);
  try {
    reader.read(toml::parse(text));
  } catch (const toml::parse_error& error) {
    const auto where = reader.origin(error.source());
    loading.problems.add(where, names_a_secret(line_of(text, where.line))
                                    ? "this is no TOML (its text is not shown)"
                                    : std::string(error.description()));
  }
}

}  // namespace pkgkiln::config
