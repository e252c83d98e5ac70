#pragma once

#include "core/job/job.hpp"
#include "core/journal/history.hpp"
#include "core/run/package_owners.hpp"

namespace pkgkiln {

/// What a job offers and needs, as far as it is known. One that is up to date is published, so
/// nobody waits for it and it offers nothing. One that can't be built still has the names of its
/// last packages, so that others know that they wait for it. What the job may publish is claimed
/// for its target.
Relations relations_of(const Job& job, const History& history, PackageOwners& owners);

}  // namespace pkgkiln
