#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/removable.hpp"
#include "core/journal/history.hpp"
#include "core/runtime/container_runtime.hpp"

namespace pkgkiln {

/// The containers of failed builds that an instance keeps. They don't run and have no network, so
/// they take nothing but disk. One that runs has a shell in it, and is left alone. The caller holds
/// the RunLock.
class KeptContainers {
 public:
  /// `limit`: how many are kept, the newest.
  KeptContainers(ContainerRuntime& runtime, History& history, std::string instance,
                 std::size_t limit)
      : runtime_(runtime), history_(history), instance_(std::move(instance)), limit_(limit) {}

  using Choice = std::function<bool(const KeptContainer& kept)>;
  /// Those that are chosen, those beyond the limit, and what is left of shells. Forgets those that
  /// are gone. Throws RuntimeError.
  std::vector<Removable> removable(const Choice& chosen) const;
  /// All that are there.
  std::set<std::string> names() const;

 private:
  ContainerRuntime& runtime_;
  History& history_;
  std::string instance_;
  std::size_t limit_;
};

/// A shell in such a container while it runs, or in one that was made for it: in the directory of
/// the PKGBUILD, as builder or root.
void attend_shell(ContainerRuntime& runtime, const KeptContainer& container, bool as_root,
                  Terminal& terminal, const Cancellation& cancel);

}  // namespace pkgkiln
