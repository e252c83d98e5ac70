#pragma once

#include <string>

#include "core/base/cancellation.hpp"
#include "core/git/git.hpp"

namespace pkgkiln::git {

/// Asks remotes what their refs name, as many of them as a run has. Thread-safe.
class Remotes {
 public:
  Remotes();
  ~Remotes();
  Remotes(const Remotes&) = delete;
  Remotes& operator=(const Remotes&) = delete;

  /// As git::ask_tip().
  Tip ask_tip(const std::string& url, const std::string& branch, const Cancellation& cancel);

  /// The commit that a ref ("HEAD", "refs/heads/main", "refs/tags/v1") of a PKGBUILD's source
  /// names; of an annotated tag the commit that it leads to. The URL is hostile: only http, https
  /// and git are asked, and with nobody's credentials. Throws Error when there is no such ref, or
  /// it can't be told.
  std::string ask_source(const std::string& url, const std::string& ref,
                         const Cancellation& cancel);
};

}  // namespace pkgkiln::git
