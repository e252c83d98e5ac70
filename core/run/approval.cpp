#include "core/run/approval.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fmt/format.h>
#include <map>

#include "core/inspect/inspect.hpp"
#include "core/plan/comparison.hpp"
#include "core/trust/recipe_diff.hpp"

namespace pkgkiln {

namespace {

UsageError name_taken(const Target& target, const std::string& pkgname, const std::string& why) {
  return UsageError("cannot add '" + target.name + "'")
      .because(why)
      .advise(
          fmt::format("if it is to publish that, write its entry by hand: [[targets]], and below "
                      "that aur = \"{}\" and owns = [\"{}\"]",
                      target.aur->name, pkgname));
}

std::vector<std::string> free_names(const Ledger& ledger, const SeenTarget& seen,
                                    const std::optional<pacman::Distribution>& distribution) {
  auto names = seen.pkgnames();
  const auto& target = seen.target;
  std::erase_if(names, [&](const std::string& name) {
    const bool is_own = std::ranges::find(target.owns, name) != target.owns.end();
    const auto owner = ledger.owner_of(name, target.repository);
    return (owner && owner->target != target.name) ||
           (!is_own && (!distribution || distribution->find(name)));
  });
  return names;
}

}  // namespace

std::vector<std::string> SeenTarget::pkgnames() const {
  std::vector<std::string> names;
  if (srcinfo) {
    for (const auto& package : srcinfo->packages) names.push_back(package.pkgname);
  } else {
    names = trust::Recipe(judged.after, "").variable("pkgname").value.value_or(std::move(names));
    std::erase_if(names, [](const auto& name) { return !pacman::is_package_name(name); });
  }
  return names;
}

std::vector<std::string> SeenTarget::needs() const {
  if (srcinfo) return srcinfo->build_dependencies();
  auto needs = target.aur->depends;
  for (const auto* list : {&target.aur->make_depends, &target.aur->check_depends})
    needs.insert(needs.end(), list->begin(), list->end());
  return needs;
}

std::vector<std::string> first_warnings(const Target& target, const trust::RecipeFiles& files,
                                        const std::optional<pacman::Distribution>& distribution,
                                        const std::string& arch) {
  std::vector<std::string> warnings;
  if (target.aur) warnings = warnings_about(*target.aur, std::time(nullptr));
  if (files.empty()) return warnings;  // nothing holds it, so they were not read
  for (auto& warning : trust::first_sight(files, arch, [&](const std::string& name) {
         return distribution && distribution->find(name).has_value();
       }))
    warnings.push_back(std::move(warning));
  return warnings;
}

SeenTarget look_at(const Target& target, PackagingSources& sources, History& history,
                   const trust::Gate& gate, const std::string& arch, const Cancellation& cancel) {
  const auto source = sources.open(target);
  const auto asked = source->ask(cancel);
  if (target.aur)
    history.record_tip(target.url, {target.aur->mark(), asked.ref, asked.commit,
                                    std::chrono::system_clock::now()});
  const auto tip = source->fetch(asked, cancel);
  auto found = inspect_on_host(*source, tip.commit, target, arch);
  const auto built = built_commit(history.last_good(target.name), target);
  return {target, tip, gate.judge({target, *source, tip, found.tree, built}, cancel),
          std::move(found.srcinfo)};
}

void expect_free_names(const std::vector<SeenTarget>& targets, const PackageOwners& owners) {
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

void approve(Ledger& ledger, const SeenTarget& seen, const PersonalWord& word,
             const std::optional<pacman::Distribution>& distribution) {
  if (seen.target.aur_is_former)
    throw Error("'" + seen.target.name + "' is not approved")
        .because("the AUR can't be asked who maintains it now")
        .advise("try again when it answers");
  auto approval = seen.judged.proposal;
  approval.how = "person";
  approval.by = word.by;
  approval.note = word.note;
  approval.at = std::chrono::system_clock::now();
  approval.rules = trust::rules_of(seen.judged.findings);
  if (word.allowed) approval.allowed = *word.allowed;
  ledger.together([&] {
    ledger.approve(approval);
    ledger.own(names_of(seen.target, free_names(ledger, seen, distribution)));
  });
}

}  // namespace pkgkiln
