#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/job/build_record.hpp"
#include "core/ledger/ledger.hpp"
#include "core/package/package_archive.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln {

/// A source of a PKGBUILD with its checksums, "sha256" and so on, that aren't skipped.
struct SourceDigests {
  std::string source;
  std::vector<std::pair<std::string, std::string>> digests;

  bool operator==(const SourceDigests&) const = default;
};

/// The sources of a .SRCINFO for that arch, in its order. Takes what it can read.
std::vector<SourceDigests> sources_of(std::string_view srcinfo, std::string_view arch);

/// How the packages of one build were made.
struct Provenance {
  BuildRecord build;
  std::string arch;
  bool sealed = true;
  std::string base_image, base_digest;  // that the builder image was made from
  TargetKind kind = TargetKind::git;
  Checkout checkout = Checkout::directory;
  std::vector<SourceDigests> sources = {};
  std::string host = {}, version = {};  // that it ran on, of this program
  /// Of the built commit, if it was approved: how, by whom and when. Notes stay in the ledger.
  std::optional<Approval> approval = {};

  /// Reads a statement as far as a build from it needs that: what it is of, and of the build the
  /// target, recipe, commits and id. Hostile input: each part passes the checks of a target's, or
  /// it throws Error.
  static std::pair<RecordedFile, Provenance> parse(std::string_view statement);
  /// A line of JSON that says how this package was made: an in-toto Statement v1 with SLSA
  /// provenance v1 (slsa.dev/spec/v1.0/provenance). What was installed is read from its .BUILDINFO.
  /// Throws Error if the package can't be read.
  std::string statement(const pacman::PackageArchive& package) const;
};

/// Where the statement of a package is, in the spool and in a repository.
std::filesystem::path provenance_path(const std::filesystem::path& package);

}  // namespace pkgkiln
