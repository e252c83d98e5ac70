#include "core/aur/targets.hpp"

#include <algorithm>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace pkgkiln::aur {

namespace {

constexpr std::size_t kMostTold = 20;

/// What would be said of thousands, nobody reads.
void shorten(std::vector<std::string>& texts, const char* rest) {
  if (texts.size() <= kMostTold) return;
  const auto more = texts.size() - kMostTold;
  texts.resize(kMostTold);
  texts.push_back(fmt::format("{} more {}", more, rest));
}

/// What happened to a package since it was listed last; empty for what need not be told.
std::string news_of(const AurPackage& now, const Entry* former) {
  const auto by = [&] { return now.is_orphan() ? std::string("nobody") : now.maintainer; };
  if (former == nullptr)
    return now.is_orphan()
               ? fmt::format("nobody maintains '{}' in the AUR: it is an orphan", now.name)
               : "";
  const auto& then = former->package;
  if (now.base != then.base)
    return fmt::format("'{}' is of the package base '{}' now, which {} maintains; it was of '{}'",
                       now.name, now.base, by(), then.base);
  if (now.base_id != then.base_id)
    return fmt::format("'{}' was deleted from the AUR and submitted anew; {} maintains it",
                       now.name, by());
  if (now.is_orphan() && !then.is_orphan())
    return fmt::format("'{}' is an orphan now: {} maintains it no more", now.name, then.maintainer);
  return {};
}

bool have_same_keys(const Target& a, const Target& b) {
  return a.checkout == b.checkout && a.arch == b.arch && a.owns == b.owns &&
         a.network == b.network && a.force == b.force && a.name == b.name;
}

class Lister {
 public:
  explicit Lister(const Directory& directory) : directory_(directory) {}

  void add(const Targets::Request& request) {
    for (const auto& name : request.names) add(request.target, name);
  }

  Listing listing;

 private:
  void add(const Target& common, const std::string& name) {
    if (!directory_.is_told(name)) return untold_.push_back(name);
    const auto* entry = directory_.find(name);
    if (entry == nullptr) return problem(common, name, why_missing(name));
    if (!entry->problem.empty())
      return problem(common, name, "what the AUR says of it can't be used: " + entry->problem);
    const auto& package = entry->package;
    if (auto news = news_of(package, directory_.find_former(name)); !news.empty())
      listing.notices.push_back(std::move(news));
    auto target = common;
    if (target.name.empty()) target.name = package.base;
    target.url = fmt::format("{}/{}.git", directory_.url(), package.base);
    const auto [same, is_new] =
        by_base_.emplace(std::pair(package.base, target.repository), listing.targets.size());
    if (!is_new) return note_same(listing.targets[same->second], target, name);
    target.origin = fmt::format("{} (aur: {})", common.origin, name);
    target.aur = std::make_shared<const AurPackage>(package);
    target.aur_is_former = !directory_.is_current(name);
    listing.targets.push_back(std::move(target));
  }

  std::string why_missing(const std::string& name) const {
    const auto* former = directory_.find_former(name);
    if (former == nullptr) return "there is no such package in the AUR";
    return fmt::format(
        "it is gone from the AUR, where it was of the package base '{}': deleted, or merged into "
        "another; what is published of it stays",
        former->package.base);
  }

  void problem(const Target& common, const std::string& name, const std::string& why) {
    listing.problems.push_back(fmt::format("{}: targets.aur '{}': {}", common.origin, name, why));
  }

  void note_same(const Target& first, const Target& target, const std::string& name) {
    if (!have_same_keys(first, target))
      problem(target, name,
              fmt::format("it is of the package base '{}' as well, so the keys of {} count for it",
                          first.aur->base, first.origin));
  }

 public:
  /// What is said of the AUR itself, when all are added.
  void conclude() {
    shorten(listing.problems, "names of targets.aur can't be used");
    shorten(listing.notices, "packages of the AUR changed hands or places");
    const auto& failure = directory_.failure();
    if (!failure) return;
    if (!untold_.empty()) {
      auto error = *failure;
      error.while_doing(untold_.size() == 1
                            ? fmt::format("cannot look up '{}' in the AUR", untold_.front())
                            : fmt::format("cannot look up '{}' and {} more in the AUR",
                                          untold_.front(), untold_.size() - 1));
      listing.failures.push_back(std::move(error));
    } else {
      listing.notices.push_back(fmt::format(
          "the targets of the AUR are those of {:%F %R} UTC, and what changed since waits: {}",
          fmt::gmtime(directory_.told_at()), failure->what()));
    }
  }

 private:
  const Directory& directory_;
  std::map<std::pair<std::string, std::string>, std::size_t> by_base_;  // and repository
  std::vector<std::string> untold_;
};

}  // namespace

Listing Targets::list() {
  std::vector<std::string> names;
  for (const auto& request : requests_)
    names.insert(names.end(), request.names.begin(), request.names.end());
  directory_.look_up(names);
  Lister lister(directory_);
  for (const auto& request : requests_) lister.add(request);
  lister.conclude();
  if (!needs_.distribution) directory_.save(true);
  return std::move(lister.listing);
}

Listing Targets::list_needed(std::vector<Target>& listed) {
  std::map<std::size_t, std::string> bases;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    if (listed[i].aur || listed[i].kind != TargetKind::git) continue;
    auto base = directory_.base_at(listed[i].url);
    if (!base) continue;
    if (!base->empty()) names.push_back(*base);
    bases.emplace(i, *std::move(base));
  }
  if (bases.empty() && requests_.empty()) return {};
  directory_.look_up(names);
  auto found = needed(listed);
  for (const auto& [i, base] : bases) {
    auto& target = listed[i];
    const auto* entry = directory_.find(base);
    target.has_url_of_aur = true;
    target.aur_is_former = !base.empty() && !directory_.is_current(base);
    // The base of a split package need not be one of its names; then nobody tells of it.
    if (entry != nullptr && entry->problem.empty() && entry->package.base == base)
      target.aur = std::make_shared<const AurPackage>(entry->package);
  }
  if (!bases.empty() && directory_.failure() && requests_.empty())
    found.notices.push_back(
        fmt::format("targets with a URL of the AUR wait where they changed, since it can't be "
                    "asked who maintains them: {}",
                    directory_.failure()->what()));
  return found;
}

Listing Targets::needed(std::vector<Target>& listed) {
  if (!needs_.distribution) return {};
  const bool has_any =
      std::ranges::any_of(listed, [](const auto& one) { return one.aur != nullptr; });
  const auto known = has_any ? needs_.distribution() : std::nullopt;
  if (!known) directory_.save(!has_any);
  if (!has_any) return {};
  if (!known) {
    Listing unknown;
    unknown.is_partial = true;
    unknown.notices = {
        "what the targets of the AUR need of it is not known yet: pkgkiln build finds it out, when "
        "it has made the builder image"};
    return unknown;
  }
  std::set<std::string, std::less<>> ours;
  for (const auto& target : listed) ours.insert(target.repository);
  auto found = Closure(directory_, known->without(std::move(ours)), needs_.chosen, needs_.recipe,
                       needs_.owned ? needs_.owned() : std::vector<OwnedName>())
                   .complete(listed);
  found.is_partial = directory_.failure().has_value();
  shorten(found.problems, "needs of targets of the AUR can't be met");
  directory_.save(!found.is_partial);
  return found;
}

}  // namespace pkgkiln::aur
