#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/stream.hpp"
#include "core/targets/aur_package.hpp"

namespace pkgkiln::aur {

/// A package as it was told of. One with a problem can't be used; its name is valid all the same.
struct Entry {
  AurPackage package;
  std::string problem;

  bool operator==(const Entry&) const = default;
};

/// What an answer says beside its packages.
struct Frame {
  std::string type;   // "multiinfo", "search", "error"; empty in a dump
  std::string error;  // printable
};

/// Reads an answer of the RPC (an object with "results"), or a dump (an array), piece by piece, in
/// memory that does not depend on its length. `take` gets those packages whose names are wanted, in
/// the order in which they come. Hostile input: throws Error when it is no JSON, is cut off, nests
/// deeply, or has texts or lists longer than the AUR's can be; also what the two functions throw.
Frame read_answer(const Source& json, const std::function<bool(const std::string& name)>& wanted,
                  const std::function<void(Entry)>& take);

/// The packages as an answer that read_answer() takes; without their popularity, which changes by
/// itself. `beside` are further members of the object, as JSON ("\"a\":1,").
std::string answer_of(const std::vector<const AurPackage*>& packages, std::string_view beside = {});

}  // namespace pkgkiln::aur
