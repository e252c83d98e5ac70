#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/settings.hpp"

/// The one table of all keys. Parsing, environment, `pkgkiln config`, the example file and the
/// manual follow from it, so a new key is added there and nowhere else.
namespace pkgkiln::config {

/// What holds the keys of a table: all settings, or one entry of an array of tables.
using Record = std::variant<Settings*, RepositorySettings*, TargetSettings*>;

/// Where a key's value is stored in its record. Its type is the key's type.
using Slot = std::variant<std::string*, Secret*, std::filesystem::path*, std::vector<std::string>*,
                          std::chrono::seconds*, std::optional<std::uint64_t>*,
                          std::optional<double>*, std::int64_t*, bool*, TargetKind*, Checkout*>;

/// Returns what is expected instead of `text` ("an https URL"), or nothing if the text is valid.
/// May bring the text into its normal form.
using Check = std::string (*)(std::string& text);

struct Key {
  std::string_view table;
  std::string_view name;
  Slot (*slot)(const Record&);
  std::string_view default_value = {};  // as TOML; empty: none, or one that depends on the rest
  std::string_view example = {};        // as TOML; empty: the default
  std::string_view doc = {};            // one sentence
  Check check = nullptr;                // of texts, paths, and each word of a list
  std::int64_t minimum = 0;             // of durations (seconds), sizes (bytes) and integers
  bool required = false;
  std::string_view alias = {};  // another environment variable that sets it
  bool file_beats_alias = false;
  std::string_view former_name = {};  // in files that were written for earlier versions
  bool may_be_path = false;           // a text that begins like a path is made absolute
  bool may_be_one = false;            // a text is a list of one word

  std::string full_name() const;         // "build.timeout"
  std::string environment_name() const;  // "PKGKILN_BUILD_TIMEOUT"
  bool secret() const;
  /// In words: "duration", "list of words".
  std::string_view type() const;
};

struct Table {
  std::string_view name;
  bool array;  // of tables: [[name]]
  std::string_view doc;

  std::string header() const;              // "[build]", "[[targets]]"
  std::string environment_prefix() const;  // "PKGKILN_BUILD_"
};

/// In the order in which they are shown.
std::span<const Table> tables();
std::span<const Key> keys();
/// Those of the tables from [sign] on that are no arrays: of what is used beside the engine.
std::span<const Key> keys_of_services();
/// Those of [[repositories]] and [[targets]], which are the last of them.
std::span<const Key> keys_of_entries();

/// Null when there is no such table or key.
const Table* find_table(std::string_view name);
const Key* find_key(std::string_view table, std::string_view name);
std::vector<const Key*> keys_of(std::string_view table);

/// The value in the slot as TOML, secrets starred; nothing if it is unset.
std::optional<std::string> toml_value(const Slot& slot);

}  // namespace pkgkiln::config
