#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "config/loading.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::config {

namespace {

constexpr std::uint64_t longest_value = 64U << 10U;

std::vector<Value> words(const std::string& text, const Origin& origin) {
  constexpr const char* white_space = " \t\r\n\v\f";
  std::vector<Value> found;
  for (auto begin = text.find_first_not_of(white_space); begin != std::string::npos;) {
    const auto end = text.find_first_of(white_space, begin);
    found.push_back({text.substr(begin, end - begin), origin});
    begin = text.find_first_not_of(white_space, end);
  }
  return found;
}

/// The whole text as a number; the text itself when it is none, for the error to show.
template <class Number>
Value number_or_text(const std::string& text, const Origin& origin) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return {text, origin};
  return {number, origin};
}

/// A value written as plain text: a list is words between white space.
Value value_from_text(const Slot& slot, const std::string& text, const Origin& origin) {
  if (std::holds_alternative<std::vector<std::string>*>(slot)) return {words(text, origin), origin};
  if (std::holds_alternative<std::int64_t*>(slot))
    return number_or_text<std::int64_t>(text, origin);
  if (std::holds_alternative<std::optional<double>*>(slot))
    return number_or_text<double>(text, origin);
  if (std::holds_alternative<bool*>(slot) && (text == "true" || text == "false"))
    return {text == "true", origin};
  return {text, origin};
}

void set_from_text(Loading& loading, const Key& key, const std::string& text, const Origin& origin,
                   const PathBase& base) {
  set(loading, key, value_from_text(key.slot(&loading.result.settings), text, origin), base);
}

Origin from_variable(const std::string& name) {
  return {"environment " + name, 0, 0};
}

bool is_in_array(const Key& key) {
  return find_table(key.table)->array;
}

std::string content(const std::filesystem::path& file) {
  auto text = read_file(file, longest_value);
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

bool is_of_a_key(const std::string& name) {
  return std::any_of(keys().begin(), keys().end(),
                     [&](const Key& key) { return key.environment_name() == name; });
}

/// Sets the key from NAME or NAME_FILE; false when neither is set.
bool set_from(Loading& loading, const Key& key, const std::string& name, const PathBase& base) {
  const auto& env = loading.request.env;
  const auto direct = variable(env, name);
  // PKGKILN_SIGN_KEY_FILE is that of sign.key_file.
  const auto file = is_of_a_key(name + "_FILE") ? "" : variable(env, name + "_FILE");
  if (direct.empty() && file.empty()) return false;
  if (!direct.empty() && !file.empty()) {
    loading.problems.add(
        from_variable(name),
        fmt::format("{}: {}_FILE is set too, expected one of them", key.full_name(), name));
    return true;
  }
  const auto origin = from_variable(file.empty() ? name : name + "_FILE");
  try {
    set_from_text(loading, key, file.empty() ? direct : content(base.directory / file), origin,
                  base);
  } catch (const Error& error) {
    loading.problems.add(origin, fmt::format("{}: {}", key.full_name(), error.what()));
  }
  return true;
}

/// Every variable that sets something.
std::vector<std::string> known_variables() {
  std::vector<std::string> names;
  for (const auto& key : keys())
    if (!is_in_array(key)) {
      names.push_back(key.environment_name());
      names.push_back(key.environment_name() + "_FILE");
    }
  return names;
}

/// What is wrong with a variable that begins with PKGKILN_; nothing when it may be another's.
std::string complaint_about(const std::string& name, const std::vector<std::string>& known) {
  if (name == "PKGKILN_CONFIG" || name.starts_with("PKGKILN_TEST_")) return {};
  if (std::find(known.begin(), known.end(), name) != known.end()) return {};
  const auto near = nearest(name, known);
  for (const auto& table : tables()) {
    if (!name.starts_with(table.environment_prefix())) continue;
    if (table.array) return fmt::format("{} can only be set in the file", table.header());
    return near.empty() ? "unknown variable"
                        : fmt::format("unknown variable, did you mean {}?", near);
  }
  return {};
}

/// What strangers change isn't let through for one run.
bool is_for_all_runs(const Key& key) {
  return key.table == "trust";
}

/// Keys that a flag may set, since they are neither secret nor one of several.
std::vector<std::string> names_for_flags() {
  std::vector<std::string> names;
  for (const auto& key : keys())
    if (!find_table(key.table)->array && !key.secret() && !is_for_all_runs(key))
      names.push_back(key.full_name());
  return names;
}

const Key* key_named(std::string_view name) {
  const auto dot = name.find('.');
  return dot == std::string_view::npos ? nullptr
                                       : find_key(name.substr(0, dot), name.substr(dot + 1));
}

/// Why a flag may not set what it names.
std::string refusal(const Override& wanted, const Key* key) {
  if (key == nullptr) {
    const auto near = nearest(wanted.key, names_for_flags());
    return near.empty() ? "unknown key" : fmt::format("unknown key, did you mean \"{}\"?", near);
  }
  if (key->secret())
    return fmt::format("a secret on a command line can be seen by everyone, use {}_FILE",
                       key->alias.empty() ? key->environment_name() : std::string(key->alias));
  const auto* table = find_table(key->table);
  if (is_for_all_runs(*key))
    return fmt::format("what is held is no matter of one run, set it in {} of the file",
                       table->header());
  return table->array ? fmt::format("{} can only be set in the file", table->header()) : "";
}

void apply_override(Loading& loading, const Override& wanted, const PathBase& base) {
  const Origin origin{wanted.origin, 0, 0};
  const auto* key = key_named(wanted.key);
  if (const auto reason = refusal(wanted, key); !reason.empty()) {
    loading.problems.add(origin, wanted.key + ": " + reason);
    return;
  }
  set_from_text(loading, *key, wanted.value, origin, base);
}

}  // namespace

void apply_environment(Loading& loading, const PathBase& base) {
  for (const auto& key : keys()) {
    if (is_in_array(key)) continue;
    const bool is_set = set_from(loading, key, key.environment_name(), base);
    const bool is_beaten =
        is_set || (key.file_beats_alias && loading.result.origins.contains(key.full_name()));
    if (!is_beaten && !key.alias.empty()) set_from(loading, key, std::string(key.alias), base);
  }
  const auto known = known_variables();
  for (const auto& [name, value] : loading.request.env)
    if (name.starts_with("PKGKILN_"))
      if (const auto complaint = complaint_about(name, known); !complaint.empty())
        loading.problems.add(from_variable(name), complaint);
}

Override parse_override(std::string_view text, std::string origin) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos)
    throw UsageError(origin + ": expected TABLE.KEY=VALUE, found " + shown(std::string(text)));
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)),
          std::move(origin)};
}

void apply_overrides(Loading& loading, const PathBase& base) {
  for (const auto& wanted : loading.request.overrides) apply_override(loading, wanted, base);
}

}  // namespace pkgkiln::config
