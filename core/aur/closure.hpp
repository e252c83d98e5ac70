#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/aur/directory.hpp"
#include "core/ledger/ledger.hpp"
#include "core/package/dependency.hpp"
#include "core/repodb/distribution.hpp"
#include "core/targets/target_source.hpp"

namespace pkgkiln::aur {

/// Finds what targets of the AUR need to be built, and makes targets of what neither the
/// distribution nor another target for the same repository has. A dependency is, in this order:
/// the distribution's; another target's; the package that is chosen for it; the AUR's package of
/// that name; the only one there that provides it. What the distribution has under a name is never
/// taken from anywhere else.
class Closure {
 public:
  /// By the name of a dependency, the package of the AUR that is to provide it.
  using Chosen = std::map<std::string, std::string>;

  /// What a target needs by its recipe, for this machine; nothing where that isn't on the host, or
  /// isn't what the AUR tells of.
  using Recipe = std::function<std::optional<std::vector<std::string>>(const Target& target)>;

  /// The directory outlives it. Without a recipe what is needed on any architecture counts.
  /// `owned` are the names that targets published: of those that aren't the AUR's nobody else tells
  /// what they make.
  Closure(Directory& directory, const pacman::Distribution& distribution, Chosen chosen,
          Recipe recipe, std::vector<OwnedName> owned = {})
      : directory_(directory),
        distribution_(distribution),
        chosen_(std::move(chosen)),
        recipe_(std::move(recipe)),
        owned_(std::move(owned)) {}

  /// Fills in their Target::needs, and returns the new targets (which need no more), and as
  /// problems what can't be had. `targets` have their names.
  Listing complete(std::vector<Target>& targets);

 private:
  struct Need {
    std::size_t target;
    pacman::Dependency dependency;
  };
  using Market = std::map<std::string, pacman::Providers>;  // by repository

  void offer(std::size_t target, pacman::Candidate candidate);
  void offer_owned(const std::map<std::string, std::size_t>& targets);
  bool is_split(std::size_t target) const;
  std::vector<Need> needs_of(std::size_t target) const;
  std::optional<std::vector<Need>> recipe_needs_of(std::size_t target);
  bool is_settled(const Need& need);
  std::vector<Need> open_needs(std::size_t begin);
  void by_name(const Need& need, std::vector<Need>& left);
  void by_provider(const Need& need);
  void add(const Need& need, const AurPackage& package);
  bool allows(const Need& need, const AurPackage& package) const;
  void problem(const Need& need, const std::string& why);

  Directory& directory_;
  pacman::Distribution distribution_;
  Chosen chosen_;
  Recipe recipe_;
  std::vector<OwnedName> owned_;
  std::vector<Target> targets_;
  Market market_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_base_;  // and repository
  std::set<std::string> names_;
  Listing listing_;
};

}  // namespace pkgkiln::aur
