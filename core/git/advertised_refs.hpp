#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::git {

/// What `git ls-remote --symref` printed of a remote's refs.
struct AdvertisedRefs {
  std::map<std::string, std::string> commits;  // by full name of the ref
  std::string head;                            // the ref that HEAD points to; may be empty

  /// The names of its branches, without "refs/heads/".
  std::vector<std::string> branches() const;
};

/// Hostile input: lines that don't have the form are left out.
AdvertisedRefs parse_advertised_refs(std::string_view listing);

}  // namespace pkgkiln::git
