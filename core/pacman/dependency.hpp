#pragma once

#include <string>
#include <string_view>

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

  /// Takes any text; what isn't in the grammar is a name that nothing has.
  static Dependency parse(std::string_view text);

  /// Whether something of that name would do in this version; without one, only for `any`.
  bool allows(std::string_view candidate) const;
  bool satisfied_by(const Provision& provision) const {
    return provision.name == name && allows(provision.version);
  }

  bool operator==(const Dependency&) const = default;
};

}  // namespace pkgkiln::pacman
