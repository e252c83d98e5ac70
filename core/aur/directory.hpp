#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/aur/client.hpp"
#include "core/base/error.hpp"

namespace pkgkiln::aur {

/// What the AUR says of the packages that a run wants to know about. It is remembered in a file of
/// the state, so that an AUR out of reach takes no target away; and everything that was wanted last
/// time is asked for with the first question, so that a run needs one. Not thread-safe.
class Directory {
 public:
  struct Settings {
    std::string url;
    /// Wanting so many names, it reads the dump of all packages instead of asking for them.
    std::size_t dump_from = 5'000;
    std::filesystem::path memory;
    bool may_ask = true;  // only for whoever holds the RunLock, who also may write the memory
  };

  /// The client outlives it. A memory that can't be read is none.
  Directory(Client& client, Settings settings);

  /// Makes known what the AUR says of these names. Throws only Cancelled: what fails is failure().
  void look_up(const std::vector<std::string>& names);

  /// As it is now, or where that isn't known was the last time; null when there is no such package,
  /// or nothing is known of that name.
  const Entry* find(const std::string& name) const;
  /// As it was the last time.
  const Entry* find_former(const std::string& name) const;
  /// Whether the AUR said, now or the last time, whether there is such a package.
  bool is_told(const std::string& name) const;

  /// Whether it said so now.
  bool is_current(const std::string& name) const { return asked_.contains(name); }

  /// Those that were looked up and are of this package base.
  std::vector<const AurPackage*> members(const std::string& base) const;
  /// The names of packages that provide one of that name. They are asked for once a day, no more
  /// than 200 names in a run, and are to be looked up.
  std::vector<std::string> providers_of(const std::string& name);

  /// What a package base needs to be built on this machine, by its recipe at that
  /// AurPackage::mark(): the AUR tells of all architectures together. Null where nobody has read
  /// it.
  const std::vector<std::string>* recipe_needs(const std::string& base, const std::string& mark);
  void remember_recipe_needs(const std::string& base, const std::string& mark,
                             std::vector<std::string> needs);

  /// Why it isn't asked any more: it can't be reached, asked to be left alone, or may not be asked.
  const std::optional<Error>& failure() const { return failure_; }
  /// When it was asked last with success; seconds of the epoch, 0: never.
  std::int64_t told_at() const { return memory_.told_at; }
  const std::string& url() const { return settings_.url; }
  /// The package base whose repository that is, by HTTP or ssh; empty where it can't be told, and
  /// nothing where it isn't the AUR's.
  std::optional<std::string> base_at(std::string url) const;

  /// Remembers what was looked up; and beside that what was before, unless it is all that is
  /// wanted.
  void save(bool is_all);

 private:
  /// What the AUR told of what provides a name.
  struct Providing {
    std::int64_t told_at = 0;
    std::vector<std::string> names;
  };
  struct RecipeNeeds {
    std::string mark;
    std::vector<std::string> needs;
  };
  struct Memory {
    Validators dump;
    std::int64_t told_at = 0, rests_until = 0;
    std::set<std::string> unknown;
    std::map<std::string, Providing> providing;
    std::map<std::string, RecipeNeeds> recipes;  // by package base
    Entries entries;
  };

  void recall();
  void group();
  void note_failure(const Error& error, std::int64_t rest);
  void ask(const std::set<std::string>& names);

  Client& client_;
  Settings settings_;
  Memory memory_;
  Entries now_;
  std::set<std::string> wanted_, asked_, wanted_providers_, wanted_recipes_;
  std::map<std::string, std::vector<const AurPackage*>> by_base_;  // of `wanted_`
  std::size_t searches_ = 0;
  std::optional<Error> failure_;
};

}  // namespace pkgkiln::aur
