#include <fmt/format.h>

#include "config/keys.hpp"
#include "config/render.hpp"

namespace pkgkiln::config {

namespace {

constexpr const char* introduction =
    "# Configuration of pkgkiln, looked for at --config, $PKGKILN_CONFIG,\n"
    "# ~/.config/pkgkiln/config.toml and /etc/pkgkiln/config.toml.\n"
    "#\n"
    "# A setting that is commented out shows its default, or an example where there is none.\n"
    "# A table's keys can be set by environment variables too: PKGKILN_BUILD_TIMEOUT=4h, or\n"
    "# PKGKILN_BUILD_TIMEOUT_FILE=FILE for the content of a file. Those beat this file, and\n"
    "# --set build.timeout=4h beats both. Durations are 90s, 30min, 2h, 1d; sizes 512M, 4G.\n"
    "# Paths are relative to this file's directory, \"~/\" is the home directory.\n";

std::string_view sample(const Key& key) {
  return key.example.empty() ? key.default_value : key.example;
}

}  // namespace

std::string render_example() {
  std::string text = introduction;
  for (const auto& table : tables()) {
    text += fmt::format("\n# {}\n{}{}\n", table.doc, table.array ? "#" : "", table.header());
    for (const auto* key : keys_of(table.name))
      text += fmt::format("# {}\n#{} = {}\n", key->doc, key->name, sample(*key));
  }
  return text;
}

}  // namespace pkgkiln::config
