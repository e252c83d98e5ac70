#pragma once

#include "core/job/build_record.hpp"
#include "core/plan/plan.hpp"

namespace pkgkiln {

/// The record of a build of this plan that begins now, with an id of its own.
BuildRecord record_for(const Plan& plan);

/// Of a target that needs no build; with an id only if that wasn't known before.
BuildRecord record_of(const Plan& plan, const Skip& skip);

}  // namespace pkgkiln
