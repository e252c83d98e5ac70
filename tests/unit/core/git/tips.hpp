#pragma once

#include <string>

#include "core/git/git.hpp"

namespace pkgkiln::test {

/// What the remote's branch (empty: HEAD) is now, asked by somebody who knows of no other remote.
git::Tip tip_of(const std::string& url, const std::string& branch = {},
                const Cancellation& cancel = Cancellation::never());
/// The same by the git program, whatever we could ask ourselves.
git::Tip tip_by_program(const std::string& url, const std::string& branch = {});

}  // namespace pkgkiln::test
