#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

/// A value as it is written in the file, before its key is known.
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

/// "90s", "30min", "2h", "1d", or a bare number of seconds. Nothing for anything else, and for
/// more than a hundred years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
/// In the largest unit that divides it.
std::string format_duration(std::chrono::seconds duration);

/// "512M", "4G", "4GiB" (binary: K, M, G, T), or a bare number of bytes. Nothing for anything
/// else, and for an exbibyte or more.
std::optional<std::uint64_t> parse_size(std::string_view text);
std::string format_size(std::uint64_t bytes);

/// What is wrong with a configuration, collected so that all of it is reported at once.
class Problems {
 public:
  /// `text` follows the position: "build.timeout: expected …, found …".
  void add(Origin where, std::string text) {
    problems_.emplace_back(std::move(where), std::move(text));
  }
  bool empty() const { return problems_.empty(); }

  /// Throws one UsageError with a cause for each problem, if there are any: first those of the
  /// file, from top to bottom, then the others in the order in which they were found.
  void throw_if_any() const;

 private:
  std::vector<std::pair<Origin, std::string>> problems_;
};

}  // namespace pkgkiln::config
