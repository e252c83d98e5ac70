#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/builder/build_steps.hpp"
#include "core/journal/history.hpp"
#include "core/ledger/ledger.hpp"
#include "core/publish/repository.hpp"
#include "core/repodb/distribution.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln {

/// Every target that there is, selected or not.
struct KnownTargets {
  std::vector<Target> targets;
  bool is_complete = true;  // otherwise there may be more, which could not be listed
};

/// Pins what the journal knows, once: earlier versions kept names there.
void pin_names(Ledger& ledger, const History& history, const Repositories& repositories);
/// These of the target's, to be pinned in the ledger: as it is to have them, or with what was just
/// published.
std::vector<OwnedName> names_of(const Target& target, const std::vector<std::string>& pkgnames);
std::vector<OwnedName> names_of(const Target& target,
                                const std::vector<pacman::PackageArchive>& packages);

/// Which target may publish a package of which name. What the user says counts most: the targets'
/// `owns`, then their names. Then a name is whose the ledger says, which got it with its first
/// build. What a PKGBUILD says of itself counts for nothing, and a distribution's names are
/// nobody's. Thread-safe.
class PackageOwners {
 public:
  /// What is to be said against replacing this entry of the target's repository. A target replaces
  /// what is pinned to it, and what the user gave it.
  static std::optional<NameRefusal> refusal_by(const pacman::DatabaseEntry& there,
                                               const Target& target, const Ledger& ledger);
  /// What is to be said against what these packages replace and provide, if the target has
  /// published before: that didn't, and it is neither a library nor a name of its own, with or
  /// without "-git" and the like.
  static std::optional<NameRefusal> refusal_by(const std::vector<pacman::PackageArchive>& packages,
                                               const Target& target, const Ledger& ledger);

  /// All of them outlive it.
  PackageOwners(const Ledger& ledger, const Repositories& repositories, KnownTargets known,
                const pacman::Distribution& distribution);

  /// What is to be said against this pkgname in the target's repository. If nothing is, it is the
  /// target's from now on, which makes it in that version.
  std::optional<NameRefusal> claim(const std::string& pkgname, const std::string& version,
                                   const Target& target);
  struct Claim {
    std::string target, version;
  };
  /// Who claimed that name in this run.
  std::optional<Claim> claim_of(const std::string& pkgname, const std::string& repository) const;
  /// The same, but for what is in the repository already and what was claimed in this run.
  std::optional<NameRefusal> belongs_elsewhere(const std::string& pkgname,
                                               const Target& target) const;
  /// What is to be said against it, claimed or not.
  std::optional<NameRefusal> refusal(const std::string& pkgname, const Target& target) const;
  /// Gives up what it claimed and didn't publish.
  void release(const Target& target);

  /// Whether other targets may take that from this one, or have the distribution's.
  bool may_offer(const std::string& pkgname, const Target& target) const;

  /// What people should hear of these packages before their machines do: names that are new though
  /// the user didn't give them, and that they replace or stand for others. Asks for what is
  /// published, so before they are. A sentence each.
  std::vector<std::string> news(const std::vector<pacman::PackageArchive>& packages,
                                const Target& target) const;

 private:
  const Target* other(const Target& target, const std::function<bool(const Target&)>& is) const;
  std::optional<pacman::DatabaseEntry> entry(const std::string& pkgname,
                                             const Target& target) const;
  bool exists(const std::string& target) const;

  const Ledger& ledger_;
  const Repositories& repositories_;
  KnownTargets known_;
  pacman::Distribution distribution_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Claim> claims_;  // by repository and pkgname
};

}  // namespace pkgkiln
