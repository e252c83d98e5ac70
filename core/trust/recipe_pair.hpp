#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/trust/recipe.hpp"

namespace pkgkiln::trust {

/// Two recipes of one target, and which variables are others in them: not only of another version.
class RecipePair {
 public:
  /// They outlive it.
  RecipePair(const Recipe& before, const Recipe& after);

  const Recipe& before() const { return before_; }
  const Recipe& after() const { return after_; }
  /// Values of a version, the longest first: the pkgver, and private variables that look like one
  /// or like a hash.
  const std::vector<std::string>& slots_before() const { return slots_before_; }
  const std::vector<std::string>& slots_after() const { return slots_after_; }

  /// Of what is unknown, whether it is made in the same words, one after the other as before.
  bool is_same(const std::string& name) const;
  /// Those that are others.
  const std::set<std::string>& changed() const { return changed_; }
  /// Whether one of those is in a text in words, or in what that is made of.
  bool mentions_change(const std::string& text) const;

 private:
  bool is_slot(const std::string& name, const std::vector<std::string>& old,
               const std::vector<std::string>& now) const;

  const Recipe& before_;
  const Recipe& after_;
  std::vector<std::string> slots_before_, slots_after_;
  std::set<std::string> changed_;
};

struct RecipeChange;
/// Adds what is fetched from elsewhere now, or not checked as it was before.
void compare_sources(const RecipePair& pair, RecipeChange& change);

/// "pkgver", "pkgrel", "epoch"
bool is_of_version(std::string_view name);
/// Not of PKGBUILD(5), so of the recipe alone.
bool is_private(std::string_view name);

}  // namespace pkgkiln::trust
