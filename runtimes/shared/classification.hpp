#pragma once

#include <span>
#include <string_view>

#include "core/runtime/errors.hpp"

namespace pkgkiln::runtimes {

/// An answer's meaning where its status alone doesn't tell. Status 0 stands for any.
struct Meaning {
  int status;
  std::string_view words;  // part of the engine's text, in lower case
  RuntimeError::Kind kind;
};

/// The first entry that fits, or else what the status means in HTTP: 404 not_found, 409 conflict,
/// anything else rejected. Case doesn't count.
RuntimeError::Kind classify_by(std::span<const Meaning> table, int status, std::string_view words);

/// What the words of a failed pull mean: the registry doesn't have it (or hides it), or can't be
/// reached. Both engines pass on the same registry answers and the same network errors.
RuntimeError::Kind classify_pull(std::string_view words);

bool contains_ignoring_case(std::string_view text, std::string_view lower_case_part);

/// Whether a registry says so of a pull that it wants another login for, or one at all.
bool asks_for_login(std::string_view words);

}  // namespace pkgkiln::runtimes
