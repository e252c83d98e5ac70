#pragma once

#include "core/plan/plan.hpp"
#include "core/state/history.hpp"

namespace pkgkiln {

/// The record of a build of this plan that begins now, with an id of its own.
BuildRecord record_for(const Plan& plan);

/// Records a target that was found to be up to date and wasn't known as that.
void record_found(const Plan& plan, History& history);

}  // namespace pkgkiln
