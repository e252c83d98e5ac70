#pragma once

#include <filesystem>

namespace pkgkiln::test {

/// The checkout that the tests were built of.
std::filesystem::path source_dir();

}  // namespace pkgkiln::test
