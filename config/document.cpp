#include "config/document.hpp"

#include <algorithm>
#include <toml++/toml.h>

#include "config/keys.hpp"

namespace pkgkiln::config {

namespace {

class Reader {
 public:
  explicit Reader(const std::string& source) : source_(source) {}

  Document document(const toml::table& root) const {
    Document document;
    for (const auto& [key, node] : root) {
      const std::string name(key.str());
      const auto* array = node.as_array();
      if (const auto* table = node.as_table())
        document.sections.push_back(section(name, false, *table));
      else if (array != nullptr && array->is_array_of_tables())
        for (const auto& element : *array)
          document.sections.push_back(section(name, true, *element.as_table()));
      else
        document.outside.push_back({name, origin(key.source()), value(node)});
    }
    return document;
  }

  Origin origin(const toml::source_region& region) const {
    return {source_, region.begin.line, region.begin.column};
  }

 private:
  Section section(const std::string& name, bool in_array, const toml::table& table) const {
    Section section{name, in_array, origin(table.source()), {}};
    for (const auto& [key, node] : table)
      section.entries.push_back({std::string(key.str()), origin(key.source()), value(node)});
    return section;
  }

  Value value(const toml::node& node) const {
    Value value{Value::Other{"a date or time"}, origin(node.source())};
    if (const auto* text = node.as_string())
      value.data = text->get();
    else if (const auto* integer = node.as_integer())
      value.data = integer->get();
    else if (const auto* number = node.as_floating_point())
      value.data = number->get();
    else if (const auto* truth = node.as_boolean())
      value.data = truth->get();
    else if (const auto* array = node.as_array())
      value.data = values(*array);
    else if (node.is_table())
      value.data = Value::Other{"a table"};
    return value;
  }

  std::vector<Value> values(const toml::array& array) const {
    std::vector<Value> values;
    for (const auto& element : array) values.push_back(value(element));
    return values;
  }

  const std::string& source_;
};

std::string_view line_of(std::string_view text, std::size_t number) {
  for (; number > 1 && !text.empty(); --number)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find('\n'));
}

/// The parser quotes what it stumbled over, which must not happen to a secret.
bool names_a_secret(std::string_view line) {
  const auto all = keys();
  return std::any_of(all.begin(), all.end(), [&](const Key& key) {
    return key.secret() && line.find(key.name) != std::string_view::npos;
  });
}

}  // namespace

std::optional<Document> parse_document(std::string_view text, const std::string& source,
                                       Problems& problems) {
  const Reader reader(source);
  try {
    return reader.document(toml::parse(text));
  } catch (const toml::parse_error& error) {
    const auto where = reader.origin(error.source());
    problems.add(where, names_a_secret(line_of(text, where.line))
                            ? "this is no TOML (its text is not shown)"
                            : std::string(error.description()));
    return std::nullopt;
  }
}

}  // namespace pkgkiln::config
