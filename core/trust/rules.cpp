#include "core/trust/rules.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pkgkiln::trust {

namespace {

constexpr std::array<const char*, 22> kWords = {"first",
                                                "maintainer",
                                                "orphan",
                                                "history",
                                                "age",
                                                "unreadable",
                                                "top-level-code",
                                                "function-body",
                                                "install-script",
                                                "local-file",
                                                "source-host",
                                                "source-path",
                                                "commit",
                                                "checksum-without-version",
                                                "skip-checksum",
                                                "checksum-weaker",
                                                "signature",
                                                "pgp-keys",
                                                "names",
                                                "variable",
                                                "special-variable",
                                                "dependency"};

constexpr std::array<const char*, 3> kLevels = {"own", "maintainer", "recipe"};

}  // namespace

const char* word(Rule rule) {
  return kWords.at(static_cast<std::size_t>(rule));
}

std::optional<Rule> rule_of(std::string_view text) {
  for (std::size_t i = 0; i < kWords.size(); ++i)
    if (text == kWords[i]) return static_cast<Rule>(i);
  return std::nullopt;
}

bool may_be_allowed(Rule rule) {
  switch (rule) {
    case Rule::first:
    case Rule::maintainer:
    case Rule::history:
    case Rule::unreadable:
    case Rule::top_level_code:
    case Rule::install_script:
    case Rule::names:
      return false;
    default:
      return true;
  }
}

const char* word(Level level) {
  return kLevels.at(static_cast<std::size_t>(level));
}

std::optional<Level> level_of(std::string_view text) {
  for (std::size_t i = 0; i < kLevels.size(); ++i)
    if (text == kLevels[i]) return static_cast<Level>(i);
  return std::nullopt;
}

std::vector<std::string> rules_of(const std::vector<Finding>& findings) {
  std::vector<std::string> rules;
  for (const auto& finding : findings)
    if (std::find(rules.begin(), rules.end(), word(finding.rule)) == rules.end())
      rules.emplace_back(word(finding.rule));
  return rules;
}

}  // namespace pkgkiln::trust
