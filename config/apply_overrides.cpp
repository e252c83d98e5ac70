#include <fmt/format.h>

#include "config/loading.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::config {

namespace {

/// Keys that a flag may set, since they are neither secret nor one of several.
std::vector<std::string> names_for_flags() {
  std::vector<std::string> names;
  for (const auto& key : keys())
    if (!find_table(key.table)->array && !key.secret()) names.push_back(key.full_name());
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
  return table->array ? fmt::format("{} can only be set in the file", table->header()) : "";
}

void apply_override(Loading& loading, const Override& wanted, const PathBase& base) {
  const Origin origin{wanted.origin, 0, 0};
  const auto* key = key_named(wanted.key);
  if (const auto reason = refusal(wanted, key); !reason.empty()) {
    loading.problems.add(origin, wanted.key + ": " + reason);
    return;
  }
  const auto slot = key->slot(&loading.result.settings);
  set(loading, *key, value_from_text(slot, wanted.value, origin), base);
}

}  // namespace

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
