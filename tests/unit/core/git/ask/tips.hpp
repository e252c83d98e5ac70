#pragma once

#include <string>

#include "core/git/git.hpp"

namespace pkgkiln::test {

/// Asks for the tip of the remote's branch (empty: HEAD), over connections of its own.
git::Tip tip_of(const std::string& url, const std::string& branch = {},
                const Cancellation& cancel = Cancellation::never());
/// Asks the same with the git program.
git::Tip tip_by_program(const std::string& url, const std::string& branch = {});

}  // namespace pkgkiln::test
