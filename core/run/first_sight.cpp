#include "core/run/first_sight.hpp"

#include <chrono>
#include <fmt/format.h>
#include <map>
#include <set>

namespace pkgkiln {

namespace {

std::optional<pacman::SrcInfo> recipe_of(const PackagingSource& source, const std::string& commit,
                                         const std::string& arch) {
  try {
    const auto text = source.read_file(commit, ".SRCINFO");
    if (text) return pacman::SrcInfo::parse(*text, arch);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a build reads the PKGBUILD
  }
  return std::nullopt;
}

UsageError name_taken(const Target& target, const std::string& pkgname, const std::string& why) {
  return UsageError("cannot add '" + target.name + "'")
      .because(why)
      .advise(
          fmt::format("if it is to publish that, write its entry by hand: [[targets]], and below "
                      "that aur = \"{}\" and owns = [\"{}\"]",
                      target.aur->name, pkgname));
}

}  // namespace

std::vector<std::string> NewTarget::pkgnames() const {
  std::vector<std::string> names;
  if (recipe)
    for (const auto& package : recipe->packages) names.push_back(package.pkgname);
  return names;
}

std::vector<std::string> NewTarget::needs() const {
  if (recipe) return recipe->build_dependencies();
  auto needs = target.aur->depends;
  for (const auto* list : {&target.aur->make_depends, &target.aur->check_depends})
    needs.insert(needs.end(), list->begin(), list->end());
  return needs;
}

NewTarget look_at(const Target& target, PackagingSources& sources, History& history,
                  const std::string& arch, const Cancellation& cancel) {
  const auto source = sources.open(target);
  const auto tip = source->ask(cancel);
  history.record_tip(target.url,
                     {target.aur->mark(), tip.ref, tip.commit, std::chrono::system_clock::now()});
  NewTarget seen{target, source->fetch(tip, cancel), {}, {}};
  seen.tree = source->content(seen.tip.commit).tree;
  if (!source->read_file(seen.tip.commit, "PKGBUILD"))
    throw Error("cannot add '" + target.name + "'").because("it has no PKGBUILD");
  seen.recipe = recipe_of(*source, seen.tip.commit, arch);
  return seen;
}

void expect_free_names(const std::vector<NewTarget>& targets, const PackageOwners& owners) {
  std::map<std::pair<std::string, std::string>, std::string> taken;  // by repository and pkgname
  for (const auto& one : targets)
    for (const auto& pkgname : one.pkgnames()) {
      if (const auto against = owners.belongs_elsewhere(pkgname, one.target))
        throw name_taken(one.target, pkgname, against->why);
      const auto [other, is_free] =
          taken.emplace(std::pair(one.target.repository, pkgname), one.target.name);
      if (!is_free && other->second != one.target.name)
        throw name_taken(
            one.target, pkgname,
            fmt::format("its package {} is one of '{}' as well", pkgname, other->second));
    }
}

void approve(Ledger& ledger, const NewTarget& seen, const std::string& by) {
  const auto& target = seen.target;
  const auto& aur = *target.aur;
  Approval approval;
  approval.target = target.name;
  approval.pkgbase = aur.base;
  approval.pkgbase_id = aur.base_id;
  approval.last_modified = aur.last_modified;
  approval.commit = seen.tip.commit;
  approval.tree = seen.tree;
  approval.people = People{aur.maintainer, aur.co_maintainers, aur.submitter};
  approval.how = "person";
  approval.by = by;
  approval.at = std::chrono::system_clock::now();
  ledger.approve(approval);
  ledger.own(names_of(target, seen.pkgnames()));
}

}  // namespace pkgkiln
