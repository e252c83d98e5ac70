#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/problems.hpp"
#include "config/value.hpp"

namespace pkgkiln::config {

/// A line of a table: key = value.
struct Entry {
  std::string key;
  Origin origin;  // of the key
  Value value;
};

/// One [table], or one of several [[tables]] of a name.
struct Section {
  std::string table;
  bool in_array = false;
  Origin origin;
  std::vector<Entry> entries;
};

/// A TOML file as tables of values with their positions; nothing is known about its keys yet.
struct Document {
  std::vector<Section> sections;
  std::vector<Entry> outside;  // entries at the top that are no tables
};

/// `source` is the file's name in positions. A syntax error becomes a problem, and there is no
/// document then.
std::optional<Document> parse_document(std::string_view text, const std::string& source,
                                       Problems& problems);

}  // namespace pkgkiln::config
