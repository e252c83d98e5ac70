#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/aur/closure.hpp"
#include "core/aur/directory.hpp"
#include "core/targets/target_source.hpp"

namespace pkgkiln::aur {

/// Targets by the names of their packages. The package base that the AUR names for them is the
/// target: what its Git server gives for a name that there is not is an empty repository.
class Targets : public TargetSource {
 public:
  /// Names with what their targets have in common: all but url and branch.
  struct Request {
    Target target;
    std::vector<std::string> names;
  };

  /// How it is found what they need.
  struct Needs {
    /// Nothing where nobody knows what the distribution has: then nothing is found either.
    std::function<std::optional<pacman::Distribution>()> distribution;
    Closure::Chosen chosen = {};
    Closure::Recipe recipe = {};
    /// The names that targets published.
    std::function<std::vector<OwnedName>()> owned = {};
  };

  Targets(std::vector<Request> requests, Directory::Settings settings, Needs needs,
          Cancellation cancel, const Client::Patience& patience = {})
      : requests_(std::move(requests)),
        needs_(std::move(needs)),
        client_(settings.url, std::move(cancel), patience),
        directory_(client_, std::move(settings)) {}

  std::string name() const override { return directory_.url(); }
  /// While the AUR is out of reach, what was listed last.
  Listing list() override;
  /// Beside that, Target::aur of those that other sources list by a URL of the AUR.
  Listing list_needed(std::vector<Target>& listed) override;

 private:
  Listing needed(std::vector<Target>& listed);

  std::vector<Request> requests_;
  Needs needs_;
  Client client_;
  Directory directory_;
};

}  // namespace pkgkiln::aur
