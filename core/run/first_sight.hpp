#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/journal/history.hpp"
#include "core/ledger/ledger.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "core/run/package_owners.hpp"
#include "core/targets/packaging_source.hpp"

namespace pkgkiln {

/// A target of the AUR that a person looks at before it is built for the first time.
struct NewTarget {
  Target target;
  git::Tip tip;
  std::string tree;
  /// What its packages are by the recipe's own words; nothing where those can't be read.
  std::optional<pacman::SrcInfo> recipe = {};

  std::vector<std::string> pkgnames() const;
  /// What it needs to be built, of whomever.
  std::vector<std::string> needs() const;
};

/// Fetches it as a build would. Throws Error.
NewTarget look_at(const Target& target, PackagingSources& sources, History& history,
                  const std::string& arch, const Cancellation& cancel);

/// What is to be said against the names of their packages; an Error names each once, with how they
/// would be allowed.
void expect_free_names(const std::vector<NewTarget>& targets, const PackageOwners& owners);

/// That a person wants it built as it was looked at. It owns the names of its packages then.
void approve(Ledger& ledger, const NewTarget& seen, const std::string& by);

}  // namespace pkgkiln
