#include "core/run/relations.hpp"

#include <algorithm>

#include "core/package/dependency.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln {

namespace {

/// In any version: nobody knows what it would have become.
void offer_name(Relations& relations, const std::string& pkgname, const std::string& version) {
  relations.offers.push_back({pkgname, version, {}, true});
}

void offer_files(Relations& relations, const BuildRecord& record) {
  for (const auto& file : record.files)
    if (const auto name = pacman::PackageFileName::parse(file.file_name))
      offer_name(relations, name->pkgname, name->version);
}

/// Of one that isn't going to be built: by what it was.
Relations past(const Job& job, const History& history) {
  Relations relations;
  offer_name(relations, job.target.name, {});
  if (const auto last = history.last_good(job.target.name)) offer_files(relations, *last);
  return relations;
}

/// What it may not publish holds up nobody: a PKGBUILD can say of itself that it is glibc.
Relations by_srcinfo(const Job& job, const PackageOwners& owners) {
  Relations relations;
  const auto& srcinfo = *job.inspection->srcinfo;
  for (const auto& package : srcinfo.packages) {
    auto provides = package.provides;
    std::erase_if(provides, [&](const std::string& entry) {
      return !owners.may_offer(pacman::Provision::parse(entry).name, job.target);
    });
    if (owners.may_offer(package.pkgname, job.target))
      relations.offers.push_back(
          {package.pkgname, srcinfo.version, provides, job.inspection->moves});
  }
  relations.needs = srcinfo.build_dependencies();
  return relations;
}

/// One that may not will fail, and others that need such a package wait for whom it belongs to.
bool may_publish(const Job& job, PackageOwners& owners) {
  const auto& srcinfo = *job.inspection->srcinfo;
  return std::none_of(srcinfo.packages.begin(), srcinfo.packages.end(), [&](const auto& package) {
    return owners.claim(package.pkgname, srcinfo.version, job.target).has_value();
  });
}

/// What is published of one that waits counts, in its version. Where nothing is, others wait for
/// what it would be.
Relations of_waiting(const Job& job, const History& history, const PackageOwners& owners) {
  Relations relations;
  if (const auto last = history.last_good(job.target.name); last && !last->files.empty()) {
    offer_files(relations, *last);
  } else if (job.inspection && job.inspection->srcinfo) {
    relations.offers = by_srcinfo(job, owners).offers;
    for (auto& offer : relations.offers) offer.version.clear(), offer.any_version = true;
  } else {
    offer_name(relations, job.target.name, {});
  }
  return relations;
}

}  // namespace

Relations relations_of(const Job& job, const History& history, PackageOwners& owners) {
  const bool has_ended = job.stage == Job::Stage::ended;
  if (has_ended && is_waiting(job.record.status)) return of_waiting(job, history, owners);
  if (has_ended && job.record.status == Status::up_to_date) return {};
  // Its packages wait in the spool. What was refused lists no files.
  if (has_ended && !job.record.files.empty()) {
    Relations relations;
    offer_files(relations, job.record);
    return relations;
  }
  if (!job.inspection || !job.inspection->srcinfo) return past(job, history);
  // The first step of its build has asked for its names.
  const bool may = job.stage == Job::Stage::inspected || may_publish(job, owners);
  return may ? by_srcinfo(job, owners) : past(job, history);
}

}  // namespace pkgkiln
