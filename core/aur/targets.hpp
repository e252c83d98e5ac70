#pragma once

#include <string>
#include <vector>

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

  Targets(std::vector<Request> requests, Directory::Settings settings, Cancellation cancel,
          const Client::Patience& patience = {})
      : requests_(std::move(requests)),
        client_(settings.url, std::move(cancel), patience),
        directory_(client_, std::move(settings)) {}

  std::string name() const override { return directory_.url(); }
  /// While the AUR is out of reach, what was listed last.
  Listing list() override;

 private:
  std::vector<Request> requests_;
  Client client_;
  Directory directory_;
};

}  // namespace pkgkiln::aur
