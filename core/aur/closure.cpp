#include "core/aur/closure.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>
#include <set>

#include "core/base/text.hpp"

namespace pkgkiln::aur {

namespace {

constexpr std::size_t kMostTargets = 20'000;
constexpr std::size_t kMostNamed = 20;

/// Its version moves without a push, so the AUR doesn't know it.
bool is_of_vcs(const std::string& name) {
  return std::ranges::any_of(std::array{"-git", "-svn", "-hg", "-bzr", "-fossil"},
                             [&](const char* end) { return name.ends_with(end); });
}

pacman::Candidate candidate_of(const AurPackage& package) {
  return {package.name, package.version, package.provides,
          is_of_vcs(package.name) || package.version.empty()};
}

std::string text_of(const pacman::Dependency& dependency) {
  using Relation = pacman::Dependency::Relation;
  switch (dependency.relation) {
    case Relation::any:
      return dependency.name;
    case Relation::equal:
      return dependency.name + "=" + dependency.version;
    case Relation::less:
      return dependency.name + "<" + dependency.version;
    case Relation::greater:
      return dependency.name + ">" + dependency.version;
    case Relation::at_most:
      return dependency.name + "<=" + dependency.version;
    case Relation::at_least:
      return dependency.name + ">=" + dependency.version;
  }
  return dependency.name;
}

}  // namespace

Listing Closure::complete(std::vector<Target>& targets) {
  targets_ = std::move(targets);
  const auto given = targets_.size();
  std::map<std::string, std::size_t> by_name_alone;
  for (std::size_t i = 0; i < given; ++i) {
    const auto& target = targets_[i];
    names_.insert(target.name);
    if (target.aur) {
      by_base_.emplace(std::pair(target.aur->base, target.repository), i);
      for (const auto* package : directory_.members(target.aur->base))
        offer(i, candidate_of(*package));
    } else {
      if (const auto base = directory_.base_at(target.url).value_or(""); !base.empty())
        by_base_.emplace(std::pair(base, target.repository), i);
      auto& market = market_[target.repository];
      market.add(i, {target.name, {}, {}, true});
      for (const auto& name : target.owns) market.add(i, {name, {}, {}, true});
      by_name_alone.emplace(target.name, i);
    }
  }
  offer_owned(by_name_alone);
  for (std::size_t begin = 0; begin < targets_.size();) {
    auto open = open_needs(begin);
    begin = targets_.size();
    std::vector<std::string> names;
    for (const auto& need : open) {
      const auto chosen = chosen_.find(need.dependency.name);
      names.push_back(chosen == chosen_.end() ? need.dependency.name : chosen->second);
    }
    directory_.look_up(names);
    std::vector<Need> unnamed;
    for (const auto& need : open) by_name(need, unnamed);
    names.clear();
    for (const auto& need : unnamed)
      for (auto& name : directory_.providers_of(need.dependency.name))
        names.push_back(std::move(name));
    directory_.look_up(names);
    for (const auto& need : unnamed) by_provider(need);
  }
  for (auto i = given; i < targets_.size(); ++i) listing_.targets.push_back(std::move(targets_[i]));
  targets_.resize(given);
  targets = std::move(targets_);
  return std::move(listing_);
}

/// Nothing that the distribution has is provided by anything else.
void Closure::offer(std::size_t target, pacman::Candidate candidate) {
  std::erase_if(candidate.provides, [&](const std::string& entry) {
    return distribution_.find(pacman::Provision::parse(entry).name).has_value();
  });
  market_[targets_[target].repository].add(target, candidate);
}

/// What they made may be of another version the next time.
void Closure::offer_owned(const std::map<std::string, std::size_t>& targets) {
  for (const auto& name : owned_) {
    const auto found = targets.find(name.target);
    if (found == targets.end() || targets_[found->second].repository != name.repository) continue;
    offer(found->second, {name.pkgname,
                          {},
                          name.published ? name.published->provides : std::vector<std::string>(),
                          true});
  }
}

/// As far as the AUR tells: of its packages, only those are known that somebody named.
bool Closure::is_split(std::size_t target) const {
  const auto& aur = *targets_[target].aur;
  return aur.name != aur.base || directory_.members(aur.base).size() > 1;
}

std::vector<Closure::Need> Closure::needs_of(std::size_t target) const {
  std::set<std::string> texts;
  for (const auto* package : directory_.members(targets_[target].aur->base))
    for (const auto* list : {&package->depends, &package->make_depends, &package->check_depends})
      texts.insert(list->begin(), list->end());
  std::vector<Need> needs;
  for (const auto& text : texts) needs.push_back({target, pacman::Dependency::parse(text)});
  return needs;
}

std::optional<std::vector<Closure::Need>> Closure::recipe_needs_of(std::size_t target) {
  const auto& aur = *targets_[target].aur;
  const auto mark = aur.mark();
  const auto* texts = directory_.recipe_needs(aur.base, mark);
  if (texts == nullptr) {
    auto read = recipe_ ? recipe_(targets_[target]) : std::nullopt;
    if (!read) return std::nullopt;
    directory_.remember_recipe_needs(aur.base, mark, *std::move(read));
    texts = directory_.recipe_needs(aur.base, mark);
  }
  std::vector<Need> needs;
  for (const auto& text : *texts) needs.push_back({target, pacman::Dependency::parse(text)});
  return needs;
}

bool Closure::is_settled(const Need& need) {
  const auto& dependency = need.dependency;
  auto& target = targets_[need.target];
  if (!distribution_.providers(dependency).empty()) return true;
  if (const auto found = market_[target.repository].find(dependency)) {
    const auto& name = targets_[*found].name;
    if (*found != need.target && std::ranges::find(target.needs, name) == target.needs.end())
      target.needs.push_back(name);
    return true;
  }
  const auto theirs = distribution_.find(dependency.name);
  if (theirs)
    problem(need, fmt::format("the distribution has {} {}", theirs->pkgname, theirs->version));
  return theirs.has_value();
}

std::vector<Closure::Need> Closure::open_needs(std::size_t begin) {
  std::vector<Need> open;
  for (auto i = begin; i < targets_.size(); ++i) {
    if (!targets_[i].aur) continue;
    auto needs = needs_of(i);
    // Reading recipes takes time: only where something is needed that few packages need, or where
    // it tells more than the AUR: packages of a base may need less than building it does.
    if (is_split(i) || !std::ranges::all_of(needs, [&](const Need& need) {
          return !distribution_.providers(need.dependency).empty();
        }))
      if (auto by_recipe = recipe_needs_of(i)) needs = *std::move(by_recipe);
    for (const auto& need : needs)
      if (!is_settled(need)) open.push_back(need);
  }
  return open;
}

void Closure::by_name(const Need& need, std::vector<Need>& left) {
  if (is_settled(need)) return;
  const auto& name = need.dependency.name;
  const auto chosen = chosen_.find(name);
  const auto* entry = directory_.find(chosen == chosen_.end() ? name : chosen->second);
  if (chosen != chosen_.end() && entry == nullptr)
    return problem(
        need, fmt::format("aur.providers chooses '{}', which is not in the AUR", chosen->second));
  if (entry == nullptr) return left.push_back(need);
  if (!entry->problem.empty()) return problem(need, entry->problem);
  if (chosen == chosen_.end() && !allows(need, entry->package))
    return problem(need, fmt::format("the AUR has {} {}", name, entry->package.version));
  add(need, entry->package);
}

void Closure::by_provider(const Need& need) {
  if (is_settled(need)) return;
  const auto& name = need.dependency.name;
  std::map<std::string, const AurPackage*> found;  // by package base
  std::vector<std::string> names;
  for (const auto& one : directory_.providers_of(name)) {
    const auto* entry = directory_.find(one);
    if (entry == nullptr || !entry->problem.empty() || !allows(need, entry->package)) continue;
    found.emplace(entry->package.base, &entry->package);
    names.push_back(one);
  }
  if (found.size() == 1) return add(need, *found.begin()->second);
  if (found.size() > 1) {
    const auto more = names.size() - std::min(names.size(), kMostNamed);
    names.resize(names.size() - more);
    return problem(
        need, fmt::format("several packages of the AUR provide it: {}{}; choose one in "
                          "aur.providers, as in \"{}={}\"",
                          fmt::join(names, ", "), more > 0 ? fmt::format(" and {} more", more) : "",
                          name, names.front()));
  }
  const auto& target = targets_[need.target];
  if (directory_.find_former(name) != nullptr)
    listing_.notices.push_back(
        fmt::format("'{}' needs '{}', which is gone from the AUR; what is published of it counts",
                    target.name, name));
  else if (directory_.is_told(name))
    problem(need, "neither the distribution nor the AUR has it, nor another target");
}

bool Closure::allows(const Need& need, const AurPackage& package) const {
  pacman::Providers one;
  one.add(0, candidate_of(package));
  return one.find(need.dependency).has_value();
}

/// What satisfies a need: a target that is there for its package base, or a new one.
void Closure::add(const Need& need, const AurPackage& package) {
  const auto repository = targets_[need.target].repository;
  const auto [same, is_new] =
      by_base_.emplace(std::pair(package.base, repository), targets_.size());
  if (is_new) {
    if (targets_.size() >= kMostTargets) {
      by_base_.erase(same);
      return problem(need, "there are more than 20,000 targets already");
    }
    Target target;
    target.name = package.base;
    if (!names_.insert(target.name).second) target.name += "@" + lower_case(repository);
    names_.insert(target.name);
    target.needed_by = targets_[need.target].name;
    target.origin = fmt::format("needed by {} (aur: {})", target.needed_by, package.name);
    target.url = fmt::format("{}/{}.git", directory_.url(), package.base);
    target.repository = repository;
    target.aur = std::make_shared<const AurPackage>(package);
    target.aur_is_former = !directory_.is_current(package.name);
    targets_.push_back(std::move(target));
  }
  offer(same->second, candidate_of(package));
  // One that was chosen need not say that it provides it.
  if (!allows(need, package))
    market_[repository].add(same->second, {need.dependency.name, {}, {}, true});
  is_settled(need);
}

void Closure::problem(const Need& need, const std::string& why) {
  const auto& target = targets_[need.target];
  listing_.problems.push_back(fmt::format("{}: '{}' needs '{}', but {}", target.origin, target.name,
                                          text_of(need.dependency), why));
}

}  // namespace pkgkiln::aur
