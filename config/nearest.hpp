#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::config {

/// The candidate that was probably meant by a mistyped word: the one with the fewest edits, if
/// those are few for its length, or else one that begins with the word. Empty: none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace pkgkiln::config
