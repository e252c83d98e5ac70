#include "core/run/package_owners.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/package/dependency.hpp"

namespace pkgkiln {

namespace {

bool owns(const Target& target, const std::string& name) {
  return std::find(target.owns.begin(), target.owns.end(), name) != target.owns.end();
}

/// Where its packaging files come from: under another name it is the same target.
std::string source_of(const std::string& url, const std::string& branch, const std::string& path) {
  return fmt::format("{} {} {}", displayable_url(url), branch, path);
}

std::string source_of(const Target& target) {
  return source_of(target.url, target.branch, target.path);
}

bool is_pinned_to(const Target& target, const std::optional<OwnedName>& name) {
  return name && (name->target == target.name || name->source == source_of(target));
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
      "if '{}' is to publish it, add to its entry below [[targets]]: owns = [\"{}\"]", target.name,
      pkgname);
}

/// The names in entries of replaces=() or provides=(), but for libraries.
std::vector<std::string> names_in(const std::vector<std::string>& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries)
    if (auto name = pacman::Dependency::parse(entry).name;
        !name.empty() && !has_control_characters(name) && !name.ends_with(".so"))
      names.push_back(std::move(name));
  return names;
}

/// Those that are not in the sets, nor what the target owns.
std::vector<std::string> others(std::vector<std::string> names, const std::set<std::string>& own,
                                const std::set<std::string>& before, const Target& target) {
  std::erase_if(names, [&](const std::string& name) {
    return own.contains(name) || before.contains(name) || owns(target, name);
  });
  return names;
}

std::string joined(const std::vector<std::string>& words, const char* with = ", ") {
  return fmt::format("{}", fmt::join(words, with));
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

void pin_names(Ledger& ledger, const History& history, const Repositories& repositories) {
  if (ledger.has_taken_over()) return;
  std::vector<OwnedName> names;
  const auto now = std::chrono::system_clock::now();
  for (const auto& [repository, pkgname, target, url, branch, path] : history.makers()) {
    auto& name = names.emplace_back(
        OwnedName{repository, pkgname, target, source_of(url, branch, path), now, {}});
    try {
      if (const auto there = repositories.at(repository).entry(pkgname))
        name.published = {names_in(there->replaces), names_in(there->provides)};
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): its next publication tells
    }
  }
  ledger.take_over(names);
}

std::vector<OwnedName> names_of(const Target& target, const std::vector<std::string>& pkgnames) {
  std::vector<OwnedName> names;
  const auto now = std::chrono::system_clock::now();
  for (const auto& pkgname : pkgnames)
    names.push_back({target.repository, pkgname, target.name, source_of(target), now, {}});
  return names;
}

std::vector<OwnedName> names_of(const Target& target,
                                const std::vector<pacman::PackageArchive>& packages) {
  std::vector<std::string> pkgnames;
  for (const auto& package : packages) pkgnames.push_back(package.name.pkgname);
  auto names = names_of(target, pkgnames);
  for (std::size_t i = 0; i < names.size(); ++i)
    names[i].published = {names_in(packages[i].info.replaces), names_in(packages[i].info.provides)};
  return names;
}

PackageOwners::PackageOwners(const Ledger& ledger, const Repositories& repositories,
                             KnownTargets known, const pacman::Distribution& distribution)
    : ledger_(ledger), repositories_(repositories), known_(std::move(known)) {
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
  return there ? refusal_by(*there, target, ledger_) : std::nullopt;
}

std::optional<NameRefusal> PackageOwners::belongs_elsewhere(const std::string& pkgname,
                                                            const Target& target) const {
  if (owns(target, pkgname)) return std::nullopt;
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
  if (const auto* lister = other(target, [&](const Target& one) { return owns(one, pkgname); }))
    return refuse(lister->name, "which lists it");
  if (bears(target, pkgname)) return std::nullopt;
  if (const auto* bearer = other(target, [&](const Target& one) { return bears(one, pkgname); }))
    return refuse(bearer->name, "which has its name");
  const auto owner = ledger_.owner_of(pkgname, target.repository);
  if (!owner || owner->target == target.name) return std::nullopt;
  if (exists(owner->target)) return refuse(owner->target, "which made it first");
  if (is_pinned_to(target, owner)) return std::nullopt;
  auto against = refuse(owner->target, "which is listed no more");
  against.advice += "; or give up all names of such targets: pkgkiln clean";
  return against;
}

std::optional<NameRefusal> PackageOwners::refusal_by(const pacman::DatabaseEntry& there,
                                                     const Target& target, const Ledger& ledger) {
  const auto& pkgname = there.pkgname;
  // A package of the pkgbase that the target is called by is one of a split package's.
  if (target.force || owns(target, pkgname) || bears(target, pkgname) ||
      bears(target, there.pkgbase) ||
      is_pinned_to(target, ledger.owner_of(pkgname, target.repository)))
    return std::nullopt;
  return NameRefusal{
      fmt::format("its package {} would replace {} {} in {}, which no target made", pkgname,
                  pkgname, there.version, target.repository),
      fmt::format("once: pkgkiln build --force {}; or for good: add owns = [\"{}\"] to it",
                  target.name, pkgname)};
}

std::optional<NameRefusal> PackageOwners::refusal_by(
    const std::vector<pacman::PackageArchive>& packages, const Target& target,
    const Ledger& ledger) {
  auto pinned = ledger.names_of(target.name);
  for (const auto& package : packages)  // under another name, too
    if (auto name = ledger.owner_of(package.name.pkgname, target.repository);
        is_pinned_to(target, name))
      pinned.push_back(*std::move(name));
  std::set<std::string> own, replaced, provided;
  const auto add = [&own](const std::string& name) {
    for (auto& each : pacman::name_and_stems(name)) own.insert(std::move(each));
  };
  for (const auto& package : packages) add(package.name.pkgname);
  bool is_first = true;
  for (const auto& name : pinned) {
    if (name.repository != target.repository) continue;
    add(name.pkgname);
    if (!name.published) continue;
    is_first = false;
    replaced.insert(name.published->replaces.begin(), name.published->replaces.end());
    provided.insert(name.published->provides.begin(), name.published->provides.end());
  }
  if (is_first) return std::nullopt;
  for (const auto& package : packages) {
    const auto& info = package.info;
    const auto replaces = others(names_in(info.replaces), own, replaced, target);
    const auto provides = others(names_in(info.provides), own, provided, target);
    if (replaces.empty() && provides.empty()) continue;
    const bool is_replacing = !replaces.empty();
    const auto& names = is_replacing ? replaces : provides;
    return NameRefusal{
        fmt::format("its package {} now {} {}, which nothing did that it published before",
                    package.name.pkgname, is_replacing ? "replaces" : "stands for", joined(names)),
        fmt::format("if it is to, add to the entry of '{}' below [[targets]]: owns = [\"{}\"]",
                    target.name, joined(names, "\", \""))};
  }
  return std::nullopt;
}

void PackageOwners::release(const Target& target) {
  const std::lock_guard lock(mutex_);
  std::erase_if(claims_, [&](const auto& claim) { return claim.second.target == target.name; });
}

bool PackageOwners::may_offer(const std::string& pkgname, const Target& target) const {
  return owns(target, pkgname) || !distribution_.find(pkgname);
}

std::vector<std::string> PackageOwners::news(const std::vector<pacman::PackageArchive>& packages,
                                             const Target& target) const {
  std::vector<std::string> told, fresh;
  for (const auto& package : packages) {
    const auto& pkgname = package.name.pkgname;
    const auto there = entry(pkgname, target);
    const auto before = there.value_or(pacman::DatabaseEntry());
    const bool is_new =
        !there && !is_pinned_to(target, ledger_.owner_of(pkgname, target.repository));
    if (is_new && !bears(target, pkgname) && !owns(target, pkgname)) fresh.push_back(pkgname);
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
