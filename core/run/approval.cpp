#include "core/run/approval.hpp"

#include <algorithm>
#include <chrono>

#include "core/base/error.hpp"
#include "core/package/package_name.hpp"
#include "core/run/package_owners.hpp"

namespace pkgkiln {

namespace {

/// As far as they can be read without running it.
std::vector<std::string> free_names(const Ledger& ledger, const Target& target,
                                    const trust::RecipeFiles& files,
                                    const std::optional<pacman::Distribution>& distribution) {
  const trust::Recipe recipe(files, "");
  auto names = recipe.variable("pkgname").value.value_or(std::vector<std::string>());
  std::erase_if(names, [&](const std::string& name) {
    const bool is_own =
        std::find(target.owns.begin(), target.owns.end(), name) != target.owns.end();
    const auto owner = ledger.owner_of(name, target.repository);
    return !pacman::is_package_name(name) || (owner && owner->target != target.name) ||
           (!is_own && (!distribution || distribution->find(name)));
  });
  return names;
}

}  // namespace

void approve(Ledger& ledger, const Target& target, const trust::Judgement& judged,
             const PersonalWord& word, const std::optional<pacman::Distribution>& distribution) {
  if (target.aur_is_former)
    throw Error("'" + target.name + "' is not approved")
        .because("the AUR can't be asked who maintains it now")
        .advise("try again when it answers");
  auto approval = judged.proposal;
  approval.how = "person";
  approval.by = word.by;
  approval.note = word.note;
  approval.at = std::chrono::system_clock::now();
  approval.rules = trust::rules_of(judged.findings);
  if (word.allowed) approval.allowed = *word.allowed;
  ledger.together([&] {
    ledger.approve(approval);
    ledger.own(names_of(target, free_names(ledger, target, judged.after, distribution)));
  });
}

}  // namespace pkgkiln
