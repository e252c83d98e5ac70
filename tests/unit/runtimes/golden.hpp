#pragma once

#include <string>

#include "core/runtime/types.hpp"

/// Bodies of requests, compared with files below tests/unit/runtimes/golden.
namespace golden {

/// Whether the file <name>.json holds this JSON, laid out for people. With PKGKILN_UPDATE_GOLDEN=1
/// it is written instead.
bool matches(const std::string& name, const std::string& json);

/// Every field is set, with texts that need quoting.
pkgkiln::ContainerSpec full_spec();
/// Only required fields are set.
pkgkiln::ContainerSpec least_spec();
pkgkiln::CommitSpec commit_spec();

}  // namespace golden
