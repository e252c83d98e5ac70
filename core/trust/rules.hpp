#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::trust {

/// Why packaging files may not be built before a person has seen them.
enum class Rule {
  first,                     // nothing was approved yet
  maintainer,                // somebody has a say who had none
  orphan,                    // it changed, and nobody maintains it, or did
  history,                   // the approved commit is no ancestor
  age,                       // it is too young; waits by itself
  unreadable,                // the PKGBUILD can't be read without running it
  top_level_code,            // a command outside of functions, a new substitution
  function_body,             // a function differs, is new or gone
  install_script,            // what runs as root where the package is installed
  local_file,                // any other file that may be used
  source_host,               // a source from a host that no source had
  source_path,               // another project or file there
  commit,                    // pinned to a commit that upstream doesn't name
  checksum_without_version,  // the same source has another checksum
  skip_checksum,             // a source is checked no more
  checksum_weaker,
  signature,         // one is checked no more
  pgp_keys,          // other keys may sign
  names,             // what it is called, replaces or provides
  variable,          // a value that is used is of another kind
  special_variable,  // one that changes how makepkg or programs work
  dependency,        // a new one that the distribution doesn't have
};

/// "top-level-code"; those of the configuration and of messages.
const char* word(Rule rule);
std::optional<Rule> rule_of(std::string_view word);

/// Of those that may be allowed for a target by a standing permission. The others always are for a
/// person.
bool may_be_allowed(Rule rule);

/// How far whoever changes a target's packaging files is trusted.
enum class Level {
  own,         // as the user: no rule holds it
  maintainer,  // as long as it is the same person, with what only that person's builds run
  recipe,      // with another version of the same
};
/// "own", "maintainer", "recipe"
const char* word(Level level);
std::optional<Level> level_of(std::string_view word);

struct Finding {
  Rule rule;
  std::string what;  // may hold control characters

  bool operator==(const Finding&) const = default;
};

/// Each once, in their order.
std::vector<std::string> rules_of(const std::vector<Finding>& findings);

}  // namespace pkgkiln::trust
