#include <fmt/format.h>

#include "config/loading.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::config {

namespace {

constexpr std::uint64_t longest_value = 64U << 10U;

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

/// Sets the key from NAME or NAME_FILE; false when neither is set.
bool set_from(Loading& loading, const Key& key, const std::string& name, const PathBase& base) {
  const auto& env = loading.request.env;
  const auto direct = variable(env, name);
  const auto file = variable(env, name + "_FILE");
  if (direct.empty() && file.empty()) return false;
  if (!direct.empty() && !file.empty()) {
    loading.problems.add(
        from_variable(name),
        fmt::format("{}: {}_FILE is set too, expected one of them", key.full_name(), name));
    return true;
  }
  const auto origin = from_variable(file.empty() ? name : name + "_FILE");
  try {
    const auto text = file.empty() ? direct : content(base.directory / file);
    const auto slot = key.slot(&loading.result.settings);
    set(loading, key, value_from_text(slot, text, origin), base);
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
  for (const auto& candidate : known)
    if (name == candidate) return {};
  const auto near = nearest(name, known);
  for (const auto& table : tables()) {
    if (!name.starts_with(table.environment_prefix())) continue;
    if (table.array) return fmt::format("{} can only be set in the file", table.header());
    return near.empty() ? "unknown variable"
                        : fmt::format("unknown variable, did you mean {}?", near);
  }
  return {};
}

}  // namespace

void apply_environment(Loading& loading, const PathBase& base) {
  for (const auto& key : keys()) {
    if (is_in_array(key)) continue;
    const bool is_set = set_from(loading, key, key.environment_name(), base);
    if (!is_set && !key.alias.empty()) set_from(loading, key, std::string(key.alias), base);
  }
  const auto known = known_variables();
  for (const auto& [name, value] : loading.request.env)
    if (name.starts_with("PKGKILN_"))
      if (const auto complaint = complaint_about(name, known); !complaint.empty())
        loading.problems.add(from_variable(name), complaint);
}

}  // namespace pkgkiln::config
