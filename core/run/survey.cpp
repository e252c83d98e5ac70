#include "core/run/survey.hpp"

#include <algorithm>

#include "core/base/threads.hpp"
#include "core/package/dependency.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln {

namespace {

/// In any version: nobody knows what it would have become.
void offer_name(OrderNode& node, const std::string& pkgname, const std::string& version) {
  node.offers.push_back({pkgname, version, {}, true});
}

void offer_files(OrderNode& node, const BuildRecord& record) {
  for (const auto& file : record.files)
    if (const auto name = pacman::PackageFileName::parse(file.file_name))
      offer_name(node, name->pkgname, name->version);
}

/// One that isn't going to be built: by what it was.
void offer_past(OrderNode& node, const History& history) {
  offer_name(node, node.name, {});
  if (const auto last = history.last_good(node.name)) offer_files(node, *last);
}

/// What it may not publish holds up nobody: a PKGBUILD can say of itself that it is glibc.
void offer_packages(OrderNode& node, const Inspected& inspected, const Target& target,
                    const PackageOwners& owners) {
  const auto& srcinfo = *inspected.srcinfo;
  for (const auto& package : srcinfo.packages) {
    auto provides = package.provides;
    std::erase_if(provides, [&](const std::string& entry) {
      return !owners.may_offer(pacman::Provision::parse(entry).name, target);
    });
    if (owners.may_offer(package.pkgname, target))
      node.offers.push_back({package.pkgname, srcinfo.version, provides, inspected.moves});
  }
  node.needs = srcinfo.build_dependencies();
}

/// One that may not will fail, and others that need such a package wait for whom it belongs to.
bool may_publish(const Inspected& inspected, const Target& target, PackageOwners& owners) {
  const auto& packages = inspected.srcinfo->packages;
  return std::none_of(packages.begin(), packages.end(), [&](const auto& package) {
    return owners.claim(package.pkgname, target).has_value();
  });
}

}  // namespace

Survey survey_targets(const std::vector<Plan>& plans, TargetBuilder& builder,
                      const SpoolPublisher& publisher, const History& history,
                      const Cancellation& cancel) {
  Survey survey;
  survey.begun.resize(plans.size());
  for (const auto& plan : plans)
    survey.nodes.push_back({plan.target.name, plan.target.repository, {}, {}});
  const auto open = std::count_if(plans.begin(), plans.end(), [](const Plan& plan) {
    return !std::holds_alternative<Skip>(plan.decision);
  });
  if (open < 2) return survey;
  for_each_index(plans.size(), builder.jobs(), [&](std::size_t i) {
    auto& node = survey.nodes[i];
    if (std::holds_alternative<Skip>(plans[i].decision)) return;
    if (const auto waiting = publisher.still_waiting(plans[i])) {
      // What was refused lists no files.
      return waiting->files.empty() ? offer_past(node, history) : offer_files(node, *waiting);
    }
    auto& owners = builder.owners();
    if (const auto& known = plans[i].inspected; known && known->srcinfo) {
      if (!may_publish(*known, plans[i].target, owners)) return offer_past(node, history);
      return offer_packages(node, *known, plans[i].target, owners);
    }
    if (std::holds_alternative<Unplannable>(plans[i].decision) || cancel.requested() ||
        builder.held_back(plans[i]))
      return offer_past(node, history);
    const auto& begun = survey.begun[i] = builder.survey(plans[i], cancel);
    if (begun->inspected)
      offer_packages(node, *begun->inspected, plans[i].target, owners);
    else if (begun->record.status != Status::up_to_date)
      offer_past(node, history);
  });
  return survey;
}

}  // namespace pkgkiln
