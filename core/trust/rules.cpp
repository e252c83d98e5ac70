#include "core/trust/rules.hpp"

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

}  // namespace

const char* word(Rule rule) {
  return kWords.at(static_cast<std::size_t>(rule));
}

std::optional<Rule> rule_of(std::string_view text) {
  for (std::size_t i = 0; i < kWords.size(); ++i)
    if (text == kWords[i]) return static_cast<Rule>(i);
  return std::nullopt;
}

}  // namespace pkgkiln::trust
