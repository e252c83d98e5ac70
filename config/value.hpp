#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace pkgkiln::config {

/// Where something was written.
struct Origin {
  std::string source = "default";  // a file, "environment PKGKILN_…", a flag
  std::size_t line = 0;            // from 1; 0 where there are no lines
  std::size_t column = 0;

  /// "pkgkiln.toml:14", or only the source.
  std::string text() const;
  /// "pkgkiln.toml:14:12", or only the source.
  std::string position() const;

  bool operator==(const Origin&) const = default;
};

/// A value as it was written, before anything is known about its key.
struct Value {
  /// What no key can hold, such as a date.
  struct Other {
    std::string what;
  };

  std::variant<std::string, std::int64_t, double, bool, std::vector<Value>, Other> data;
  Origin origin;
};

/// The value as an error may show it: short, on one line, without the secrets of a URL.
std::string shown(const Value& value);
std::string shown(const std::string& text);

/// The text as a TOML basic string, with its quotes.
std::string toml_string(const std::string& text);

}  // namespace pkgkiln::config
