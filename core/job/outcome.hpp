#pragma once

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "core/job/build_record.hpp"
#include "core/package/package_archive.hpp"

namespace pkgkiln {

/// The package files lie in the spool.
struct Built {
  std::vector<pacman::PackageArchive> packages;
};

struct UpToDate {
  std::string why;
  std::vector<pacman::PackageFileName> files;  // that were found published; none: not for this arch
  std::string built_from = {};                 // as in BuildRecord
};

struct Failed {
  std::string step;  // "source", "copy in", "inspect", "dependencies", "fetch", "seal", "build", …
  /// makepkg's exit code made plain, an engine's answer; its advice may be read from output, and so
  /// be wrong.
  Error error;
  Fault fault = Fault::target;
  int exit_code = 0;  // of the step's command; 0 when no command failed
  std::vector<pacman::PackageFileName> refused = {};  // what it made and may not publish
};

struct TimedOut {
  std::string step;
  std::string why = {}, hint = {};  // where it wasn't the time of the whole build
};

struct Interrupted {
  std::string step;
};

/// What became of one build. A failed build is a result, not an error.
using BuildOutcome = std::variant<Built, UpToDate, Failed, TimedOut, Interrupted>;

Status status_of(const BuildOutcome& outcome);
/// Puts what became of a build into its record.
void note_outcome(BuildRecord& record, const BuildOutcome& outcome);

/// What makepkg(8)'s exit code means, for people ("a function of the PKGBUILD failed").
std::string makepkg_exit_meaning(int code);

}  // namespace pkgkiln
