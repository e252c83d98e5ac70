#pragma once

#include <vector>

#include "core/ledger/ledger.hpp"
#include "core/trust/rules.hpp"

namespace pkgkiln::trust {

/// What is to be seen about who stands behind a package base now. Whoever left is no finding; an
/// orphan is one only when its files are others.
std::vector<Finding> compare_people(const People& approved, const People& now, bool files_differ);

}  // namespace pkgkiln::trust
