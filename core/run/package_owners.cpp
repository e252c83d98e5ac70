#include "core/run/package_owners.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "core/base/text.hpp"
#include "core/package/dependency.hpp"

namespace pkgkiln {

namespace {

bool lists(const Target& target, const std::string& pkgname) {
  return std::find(target.packages.begin(), target.packages.end(), pkgname) !=
         target.packages.end();
}

/// Whether the user gave the target the name of that package, or of what it is the debug package
/// of.
bool bears(const Target& target, const std::string& pkgname) {
  constexpr std::string_view debug = "-debug";
  const auto name = lower_case(pkgname);  // names of targets have no capital letters
  return target.name == name || target.name + std::string(debug) == name;
}

std::string advice_to_list(const std::string& pkgname, const Target& target) {
  return fmt::format(
      "if '{}' is to publish it, add to its entry below [[targets]]: packages = [\"{}\"]",
      target.name, pkgname);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

/// Those of the entries that weren't there before.
std::vector<std::string> added(const std::vector<std::string>& entries,
                               const std::vector<std::string>& before) {
  auto left = entries;
  std::erase_if(left, [&](const std::string& entry) {
    return std::find(before.begin(), before.end(), entry) != before.end();
  });
  return left;
}

}  // namespace

PackageOwners::PackageOwners(const History& history, const Repositories& repositories,
                             KnownTargets known, const pacman::Distribution& distribution)
    : history_(history), repositories_(repositories), known_(std::move(known)) {
  std::set<std::string, std::less<>> ours;
  for (const auto& target : known_.targets) ours.insert(target.repository);
  distribution_ = distribution.without(std::move(ours));
}

std::optional<NameRefusal> PackageOwners::claim(const std::string& pkgname,
                                                const std::string& version, const Target& target) {
  if (auto against = refusal(pkgname, target)) return against;
  const std::lock_guard lock(mutex_);
  auto& claim =
      claims_.try_emplace({target.repository, pkgname}, Claim{target.name, {}}).first->second;
  if (claim.target != target.name)
    return NameRefusal{
        fmt::format("its package {} belongs to the target '{}'", pkgname, claim.target),
        advice_to_list(pkgname, target)};
  claim.version = version;
  return std::nullopt;
}

std::optional<PackageOwners::Claim> PackageOwners::claim_of(const std::string& pkgname,
                                                            const std::string& repository) const {
  const std::lock_guard lock(mutex_);
  const auto found = claims_.find({repository, pkgname});
  return found == claims_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<NameRefusal> PackageOwners::refusal(const std::string& pkgname,
                                                  const Target& target) const {
  if (auto against = belongs_elsewhere(pkgname, target)) return against;
  const auto there = entry(pkgname, target);
  return there ? refusal_by(*there, target, history_) : std::nullopt;
}

std::optional<NameRefusal> PackageOwners::belongs_elsewhere(const std::string& pkgname,
                                                            const Target& target) const {
  if (lists(target, pkgname)) return std::nullopt;
  if (const auto theirs = distribution_.find(pkgname))
    return NameRefusal{fmt::format("its package {} has the name of one of the distribution's "
                                   "(repository {})",
                                   pkgname, theirs->repository),
                       advice_to_list(pkgname, target)};
  const auto refuse = [&](const std::string& owner, const char* since) {
    return NameRefusal{
        fmt::format("its package {} belongs to the target '{}', {}", pkgname, owner, since),
        advice_to_list(pkgname, target)};
  };
  if (const auto* lister = other(target, [&](const Target& one) { return lists(one, pkgname); }))
    return refuse(lister->name, "which lists it");
  if (bears(target, pkgname)) return std::nullopt;
  if (const auto* bearer = other(target, [&](const Target& one) { return bears(one, pkgname); }))
    return refuse(bearer->name, "which has its name");
  const auto owner = history_.owner_of(pkgname, target.repository);
  if (owner && *owner != target.name && exists(*owner)) return refuse(*owner, "which made it last");
  return std::nullopt;
}

std::optional<NameRefusal> PackageOwners::refusal_by(const pacman::DatabaseEntry& there,
                                                     const Target& target, const History& history) {
  const auto& pkgname = there.pkgname;
  // A package of the pkgbase that the target is called by is one of a split package's.
  if (target.force || lists(target, pkgname) || bears(target, pkgname) ||
      bears(target, there.pkgbase) || history.has_built(target, pkgname))
    return std::nullopt;
  return NameRefusal{
      fmt::format("its package {} would replace {} {} in {}, which no target made", pkgname,
                  pkgname, there.version, target.repository),
      fmt::format("once: pkgkiln build --force {}; or for good: add packages = [\"{}\"] to it",
                  target.name, pkgname)};
}

void PackageOwners::release(const Target& target) {
  const std::lock_guard lock(mutex_);
  std::erase_if(claims_, [&](const auto& claim) { return claim.second.target == target.name; });
}

bool PackageOwners::may_offer(const std::string& pkgname, const Target& target) const {
  return lists(target, pkgname) || !distribution_.find(pkgname);
}

std::vector<std::string> PackageOwners::news(const std::vector<pacman::PackageArchive>& packages,
                                             const Target& target) const {
  std::vector<std::string> told, fresh;
  for (const auto& package : packages) {
    const auto& pkgname = package.name.pkgname;
    const auto there = entry(pkgname, target);
    const auto before = there.value_or(pacman::DatabaseEntry());
    const bool is_new = !there && !history_.has_built(target, pkgname);
    if (is_new && !bears(target, pkgname) && !lists(target, pkgname)) fresh.push_back(pkgname);
    if (const auto replaced = added(package.info.replaces, before.replaces); !replaced.empty())
      told.push_back(fmt::format("'{}': its package {} replaces on every machine that has it: {}",
                                 target.name, pkgname, joined(replaced)));
    auto provided = added(package.info.provides, before.provides);
    std::erase_if(provided, [&](const std::string& entry) {
      return !distribution_.find(pacman::Provision::parse(entry).name);
    });
    if (!provided.empty())
      told.push_back(fmt::format("'{}': its package {} stands for the distribution's: {}",
                                 target.name, pkgname, joined(provided)));
  }
  if (!fresh.empty())
    told.push_back(
        fmt::format("'{}': new in {}: {}", target.name, target.repository, joined(fresh)));
  return told;
}

const Target* PackageOwners::other(const Target& target,
                                   const std::function<bool(const Target&)>& is) const {
  const auto found =
      std::find_if(known_.targets.begin(), known_.targets.end(), [&](const Target& one) {
        return one.name != target.name && one.repository == target.repository && is(one);
      });
  return found == known_.targets.end() ? nullptr : &*found;
}

std::optional<pacman::DatabaseEntry> PackageOwners::entry(const std::string& pkgname,
                                                          const Target& target) const {
  try {
    return repositories_.at(target.repository).entry(pkgname);
  } catch (const Error&) {  // publishing will say so
    return std::nullopt;
  }
}

bool PackageOwners::exists(const std::string& target) const {
  return !known_.is_complete || std::any_of(known_.targets.begin(), known_.targets.end(),
                                            [&](const Target& one) { return one.name == target; });
}

}  // namespace pkgkiln
