#include "config/keys.hpp"

#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/value.hpp"

namespace pkgkiln::config {

namespace {

constexpr std::array<Table, 13> all_tables{{
    {"runtime", false, "The engine that runs the builds."},
    {"image", false, "The builder image, made from a base image."},
    {"build", false, "How packages are built."},
    {"cache", false, "What is kept from one build for the next, in volumes of the engine."},
    {"sign", false, "What signs the packages and databases of repositories with a path."},
    {"vieter", false, "A Vieter server."},
    {"aur", false, "Where packages of targets.aur are looked up and fetched."},
    {"trust", false, "Which changes of packaging files are built before a person has seen them."},
    {"verify", false, "How packages are built again to be compared."},
    {"notify", false, "Who is told of what changed, once a run, and how."},
    {"report", false, "Pages that show how targets stand, written after each run."},
    {"repositories", true, "A pacman repository that packages are published to."},
    {"targets", true, "A PKGBUILD to build packages from."},
}};

std::string environment_text(std::string_view table, std::string_view key) {
  std::string text = fmt::format("PKGKILN_{}_{}", table, key);
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

/// An empty record of every kind, to look at the types of the slots.
Slot blank_slot(const Key& key) {
  static Settings settings;
  static RepositorySettings repository;
  static TargetSettings target;
  if (key.table == "repositories") return key.slot(&repository);
  if (key.table == "targets") return key.slot(&target);
  return key.slot(&settings);
}

struct TypeName {
  std::string_view operator()(const std::string*) const { return "text"; }
  std::string_view operator()(const Secret*) const { return "secret text"; }
  std::string_view operator()(const std::filesystem::path*) const { return "path"; }
  std::string_view operator()(const std::vector<std::string>*) const { return "list of words"; }
  std::string_view operator()(const std::chrono::seconds*) const { return "duration"; }
  std::string_view operator()(const std::optional<std::uint64_t>*) const { return "size"; }
  std::string_view operator()(const std::optional<double>*) const { return "number"; }
  std::string_view operator()(const std::int64_t*) const { return "integer"; }
  std::string_view operator()(const bool*) const { return "true or false"; }
  std::string_view operator()(const TargetKind*) const { return "text"; }
  std::string_view operator()(const Checkout*) const { return "text"; }
};

struct AsToml {
  using Text = std::optional<std::string>;
  Text operator()(const std::string* text) const { return toml_string(displayable_url(*text)); }
  Text operator()(const Secret* text) const { return text->empty() ? "\"\"" : "\"*****\""; }
  Text operator()(const std::filesystem::path* path) const { return toml_string(path->string()); }
  Text operator()(const std::vector<std::string>* words) const {
    std::vector<std::string> quoted;
    for (const auto& word : *words) quoted.push_back(toml_string(word));
    return fmt::format("[{}]", fmt::join(quoted, ", "));
  }
  Text operator()(const std::chrono::seconds* time) const {
    return toml_string(format_duration(*time));
  }
  Text operator()(const std::optional<std::uint64_t>* size) const {
    return *size ? Text(toml_string(format_size(**size))) : std::nullopt;
  }
  Text operator()(const std::optional<double>* number) const {
    return *number ? Text(fmt::format("{}", **number)) : std::nullopt;
  }
  Text operator()(const std::int64_t* number) const { return fmt::format("{}", *number); }
  Text operator()(const bool* truth) const { return *truth ? "true" : "false"; }
  Text operator()(const TargetKind* kind) const {
    return *kind == TargetKind::git ? "\"git\"" : "\"url\"";
  }
  Text operator()(const Checkout* checkout) const { return toml_string(word(*checkout)); }
};

}  // namespace

std::string Key::full_name() const {
  return fmt::format("{}.{}", table, name);
}

std::string Key::environment_name() const {
  return environment_text(table, name);
}

bool Key::secret() const {
  return std::holds_alternative<Secret*>(blank_slot(*this));
}

std::string_view Key::type() const {
  return std::visit(TypeName(), blank_slot(*this));
}

std::string Table::header() const {
  return array ? fmt::format("[[{}]]", name) : fmt::format("[{}]", name);
}

std::string Table::environment_prefix() const {
  return environment_text(name, "");
}

std::span<const Table> tables() {
  return all_tables;
}

const Table* find_table(std::string_view name) {
  for (const auto& table : all_tables)
    if (table.name == name) return &table;
  return nullptr;
}

const Key* find_key(std::string_view table, std::string_view name) {
  for (const auto& key : keys())
    if (key.table == table && key.name == name) return &key;
  return nullptr;
}

std::vector<const Key*> keys_of(std::string_view table) {
  std::vector<const Key*> found;
  for (const auto& key : keys())
    if (key.table == table) found.push_back(&key);
  return found;
}

std::optional<std::string> toml_value(const Slot& slot) {
  return std::visit(AsToml(), slot);
}

}  // namespace pkgkiln::config
