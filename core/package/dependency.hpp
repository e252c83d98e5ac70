#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::pacman {

/// What a package is or provides: a name, and a version where it has one ("libfoo.so", "1-64").
struct Provision {
  std::string name;
  std::string version;  // empty: none, which fits no constraint

  /// An entry of provides=(): "foo", "foo=1.2", "libfoo.so=1-64". Only '=' gives it a version.
  static Provision parse(std::string_view text);

  bool operator==(const Provision&) const = default;
};

/// An entry of depends=(), as libalpm reads it: "foo", "foo>=1:2.0-1", "libfoo.so=1-64".
struct Dependency {
  enum class Relation { any, equal, less, greater, at_most, at_least };

  std::string name;
  Relation relation = Relation::any;
  std::string version;

  /// Takes any text. Text outside the grammar becomes a name that no package has.
  static Dependency parse(std::string_view text);

  /// Whether a package of that name satisfies it in this version. An empty version satisfies only
  /// `any`.
  bool allows(std::string_view candidate) const;
  bool satisfied_by(const Provision& provision) const {
    return provision.name == name && allows(provision.version);
  }

  bool operator==(const Dependency&) const = default;
};

/// A package as others may depend on it.
struct Candidate {
  std::string pkgname;
  std::string version;
  std::vector<std::string> provides;  // entries of provides=()
  /// Its version isn't known yet, so it satisfies every constraint, as does everything that it
  /// provides in its own version. A library in provides=() without a version ("libfoo.so") always
  /// does.
  bool any_version = false;
};

/// Finds what satisfies a dependency, as fast as a map. A plain value.
class Providers {
 public:
  /// `owner` is what find() returns.
  void add(std::size_t owner, const Candidate& candidate);

  /// The owner that was added first among those with this pkgname, otherwise among those that
  /// provide it.
  std::optional<std::size_t> find(const Dependency& dependency) const;
  /// Whether one of them satisfies it by its pkgname.
  bool has_package(const Dependency& dependency) const {
    return first(packages_, dependency) != nullptr;
  }

 private:
  struct Entry {
    std::size_t owner = 0;
    std::string version;
    bool any_version = false;
  };
  using Entries = std::map<std::string, std::vector<Entry>>;

  static const Entry* first(const Entries& entries, const Dependency& dependency);

  Entries packages_, provisions_;
};

}  // namespace pkgkiln::pacman
