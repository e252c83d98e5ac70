#include "core/trust/recipe_pair.hpp"

#include <algorithm>
#include <iterator>

#include "core/base/text.hpp"
#include "core/pkgbuild/shell_scanner.hpp"
#include "core/trust/source_identity.hpp"

namespace pkgkiln::trust {

namespace {

using Values = std::vector<std::string>;

bool version_is_valid(const std::string& name, const Values& value) {
  if (value.empty()) return name == "epoch";
  return value.size() == 1 && is_made_of(value.front(), name == "pkgver"   ? "._+~@"
                                                        : name == "pkgrel" ? "."
                                                                           : "");
}

/// Where the rest of the PKGBUILD can't be followed, that one may still be plain.
Values version_of(const Recipe::Variable& variable) {
  if (variable.value) return *variable.value;
  const auto& text = variable.assignments;
  return {text.starts_with('=')
              ? text.substr(1, text.find('\n') - 1) + text.substr(text.find('\n') + 1)
              : text};
}

/// "1_2rc3" of the pkgver 1.2rc3
bool is_written_pkgver(const Recipe& recipe, const std::string& text) {
  const auto letters = [](const std::string& each) {
    std::string result;
    std::copy_if(each.begin(), each.end(), std::back_inserter(result), is_alphanumeric);
    return result;
  };
  const auto& version = recipe.variable("pkgver").value;
  return version && version->size() == 1 && is_version_like(text) &&
         letters(version->front()) == letters(text);
}

Values slots_of(const Recipe& recipe) {
  Values slots;
  for (const auto& [name, variable] : recipe.variables()) {
    if (!variable.value || (name != "pkgver" && !is_private(name))) continue;
    for (const auto& value : *variable.value)
      if (name == "pkgver" || is_version_like(value) || is_hash_like(value)) slots.push_back(value);
  }
  std::sort(slots.begin(), slots.end(),
            [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return slots;
}

}  // namespace

bool is_of_version(std::string_view name) {
  return name == "pkgver" || name == "pkgrel" || name == "epoch";
}

bool is_private(std::string_view name) {
  for (const auto* each : {"source", "depends", "makedepends", "checkdepends", "optdepends",
                           "provides", "conflicts", "replaces"})
    if (pacman::is_array_of(each, name)) return false;
  if (pacman::is_checksum_array(name)) return false;
  return !is_of_version(name) && !is_one_of(name, {"pkgname", "pkgbase", "validpgpkeys", "install",
                                                   "changelog", "arch", "pkgdesc", "url", "license",
                                                   "groups", "backup", "options", "noextract"});
}

RecipePair::RecipePair(const Recipe& before, const Recipe& after)
    : before_(before),
      after_(after),
      slots_before_(slots_of(before)),
      slots_after_(slots_of(after)) {
  std::set<std::string> names;
  for (const auto* recipe : {&before, &after})
    for (const auto& [name, variable] : recipe->variables()) names.insert(name);
  for (const auto& name : names) {
    if (is_same(name)) continue;
    const auto& old = before_.variable(name).value;
    const auto& now = after_.variable(name).value;
    const bool plain = is_of_version(name)
                           ? version_is_valid(name, version_of(after_.variable(name)))
                           : old && now && is_slot(name, *old, *now);
    if (!plain) changed_.insert(name);
  }
}

bool RecipePair::is_same(const std::string& name) const {
  const auto& old = before_.variable(name);
  const auto& now = after_.variable(name);
  if (old.value && now.value) return *old.value == *now.value;
  return old.assignments == now.assignments && before_.order(name) == after_.order(name);
}

/// Whether the values are of two versions of the same thing.
bool RecipePair::is_slot(const std::string& name, const Values& old, const Values& now) const {
  if (old.size() != now.size()) return false;
  const bool same_words = before_.variable(name).assignments == after_.variable(name).assignments;
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (old[i] == now[i] || (is_hash_like(old[i]) && is_hash_like(now[i])) ||
        (is_written_pkgver(before_, old[i]) && is_written_pkgver(after_, now[i])))
      continue;
    const bool alike = masked(old[i], same_words ? slots_before_ : Values()) ==
                       masked(now[i], same_words ? slots_after_ : Values());
    const bool versions = is_version_like(old[i]) && is_version_like(now[i]);
    if (!alike || !(versions || same_words)) return false;
  }
  return true;
}

bool RecipePair::mentions_change(const std::string& text) const {
  std::set<std::string> seen;
  std::vector<std::string> left = {text};
  while (!left.empty()) {
    const auto each = std::move(left.back());
    left.pop_back();
    for (const auto& name : pacman::names_in(each)) {
      if (!seen.insert(name).second) continue;
      if (changed_.contains(name)) return true;
      left.push_back(after_.variable(name).assignments);
    }
  }
  return false;
}

}  // namespace pkgkiln::trust
