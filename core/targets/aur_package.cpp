#include "core/targets/aur_package.hpp"

namespace pkgkiln {

namespace {

constexpr std::int64_t kNew = std::int64_t{30} * 86'400;
constexpr std::int64_t kFewVotes = 10;

}  // namespace

std::vector<std::string> warnings_about(const AurPackage& package, std::int64_t now) {
  std::vector<std::string> warnings;
  if (package.is_orphan()) warnings.emplace_back("nobody maintains it: it is an orphan");
  if (!package.is_orphan() && package.maintainer != package.submitter &&
      now - package.last_modified < kNew)
    warnings.push_back(package.maintainer + " maintains it, but did not submit it, and it was " +
                       "pushed to within the last 30 days");
  if (now - package.first_submitted < kNew)
    warnings.emplace_back("it was submitted within the last 30 days");
  if (package.votes < kFewVotes) warnings.emplace_back("it has fewer than 10 votes");
  if (package.out_of_date != 0) warnings.emplace_back("it is flagged as out of date");
  return warnings;
}

}  // namespace pkgkiln
