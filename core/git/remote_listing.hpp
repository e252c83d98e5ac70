#pragma once

#include <string>
#include <vector>

#include "core/git/advertised_refs.hpp"
#include "core/git/remote.hpp"

namespace pkgkiln::git {

/// Asks the remote for refs through the git program: full names, or beginnings that end with '/'.
/// `url` is for messages.
AdvertisedRefs list_refs(const Remote& remote, const std::string& url,
                         const std::vector<std::string>& which, const Cancellation& cancel);

}  // namespace pkgkiln::git
