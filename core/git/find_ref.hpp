#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/git/advertised_refs.hpp"
#include "core/git/git.hpp"

namespace pkgkiln::git {

/// Asks a remote for refs: full names, or beginnings of names that end with '/'. It may answer
/// with more.
using ListRefs = std::function<AdvertisedRefs(const std::vector<std::string>& which)>;

/// As Remotes::ask_tip(), with that way of asking. `url` is for messages.
Tip find_tip(const std::string& url, const std::string& branch, const ListRefs& list);

/// The commit of a ref that is_asked_for(). Throws Error when there is none.
std::string find_commit(const std::string& url, const std::string& ref, const ListRefs& list);

}  // namespace pkgkiln::git
