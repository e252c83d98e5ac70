#pragma once

#include <filesystem>
#include <string>

#include "core/git/ask/remote.hpp"
#include "core/git/git.hpp"
#include "core/git/mirror/object_reader.hpp"

namespace pkgkiln::git {

enum class Ancestry {
  yes,
  no,       // or it takes more commits than are looked at
  unknown,  // some of the history isn't there
};

/// Whether a commit is another, or leads to it, as far as the commits tell that are there. A commit
/// says what it was made from whether that is there or not.
Ancestry ancestry(ObjectReader& objects, const std::string& older, const std::string& newer,
                  const Cancellation& cancel);

/// The same, with the history as the remote has it, fetched further and further back into a
/// repository at `scratch`, which is gone afterwards: what lacks files never gets near those that a
/// mirror has. Throws Error, for which `url` names the remote, when that can't be asked.
bool is_ancestor_on(const Remote& remote, const std::string& url, const std::string& older,
                    const Tip& newer, const std::filesystem::path& scratch,
                    const Cancellation& cancel);

}  // namespace pkgkiln::git
