#pragma once

#include "core/base/file.hpp"

namespace pkgkiln {

/// A home of GnuPG for this process alone, for a secret key that must not stay anywhere: in memory
/// where the system has such a place. At its end, its agent is ended and all is removed. What a
/// killed process left is removed when the next home is made.
class GnupgHome {
 public:
  GnupgHome();
  GnupgHome(const GnupgHome&) = delete;
  GnupgHome& operator=(const GnupgHome&) = delete;
  ~GnupgHome();

  const std::filesystem::path& path() const { return directory_.path(); }

 private:
  TempDir directory_;
  UniqueFd lock_;  // of the directory: its process lives
};

}  // namespace pkgkiln
