#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/job/job.hpp"
#include "core/ledger/ledger.hpp"
#include "core/run/approval.hpp"
#include "core/schedule/due.hpp"
#include "core/targets/target.hpp"

/// Results as text for stdout.
namespace pkgkiln::cli {

/// Rows with columns as wide as their widest cell, two spaces apart; the last one runs free.
/// No line ends in a space.
/// Cells are made printable.
std::string table(std::vector<std::vector<std::string>> rows);

/// Every target with its decision, and below it what that was made by.
std::string plan_explanation(const std::vector<Job>& jobs);
std::string plan_table(const std::vector<Job>& jobs);
std::string targets_table(const std::vector<Target>& targets);
/// "2026-11-28 03:00" of this zone.
std::string local_time(Due::Time when);
/// In that order: its name, its schedule, its latest attempt, and when it is due. Times are local.
std::string schedule_table(const std::vector<Due>& due, Due::Time now);

/// Below each of these targets (by default those that are the user's choice and need any) the
/// targets that it needs.
std::string targets_tree(const std::vector<Target>& targets, std::vector<std::string> names);
/// "5 min", "2 h", "3 d", "2 y".
std::string age_text(std::int64_t seconds);
/// One a line: name, version, votes, when it was pushed to, who maintains it, what it is.
std::string packages_table(const std::vector<AurPackage>& packages, std::int64_t now);
/// All of one, with warnings. `listed_in`: where it is a target.
std::string package_details(const AurPackage& package, const std::string& listed_in,
                            std::int64_t now);

/// One a line: its name, from which version to which, since when, and why it is held.
std::string held_table(const std::vector<Held>& held, std::int64_t now);

/// What is to be seen of packages before they are added: a line each, and warnings.
std::string new_targets_table(const std::vector<SeenTarget>& targets, std::int64_t now);

}  // namespace pkgkiln::cli
