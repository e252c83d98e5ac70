#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/job/build_record.hpp"
#include "core/package/dependency.hpp"
#include "core/package/package_name.hpp"
#include "core/pkgbuild/srcinfo.hpp"
#include "core/targets/target.hpp"

namespace pkgkiln {

struct Build {
  std::string why;
  /// The id of the builder image with which it failed with these files: it is not tried again with
  /// that one. Empty: with any.
  std::string not_with_image = {};
};

struct Skip {
  std::string why;
  /// What is published of a target that the history doesn't know to be up to date: to be recorded.
  std::vector<pacman::PackageFileName> found = {};
  std::string built_from = {};  // as in BuildRecord
};

/// It is not built before a person has approved it, or before more can be told.
struct Hold {
  std::vector<std::string> rules;  // of core/trust
  std::string why;
  bool is_deferred = false;  // it is no work for a person
  bool is_denied = false;    // a person has looked at it
  bool is_new = false;       // nobody has been told yet
};

/// It can't even be told: what is asked doesn't answer. Reported as failed.
struct Unplannable {
  Unplannable(std::string asked, Error why)
      : step(std::move(asked)), error(std::make_shared<const Error>(std::move(why))) {}

  std::string step;                    // "source", "inspect" or "repository": what was asked
  std::shared_ptr<const Error> error;  // on its own: of thousands of plans few have one

  /// What it is published in may not answer, or can't be read.
  Fault fault() const { return step == "repository" ? Fault::unreached : Fault::elsewhere; }
};

/// One thing that was looked at on the way to a decision, for people.
struct Evidence {
  std::string what;   // "refs/heads/main", a source, a package file
  std::string found;  // "at 0123456789, as built last", "published in kiln"
};

/// What is to be done about a target, decided on the host.
struct Plan {
  std::variant<Build, Skip, Hold, Unplannable> decision;
  /// What was found: the ref and its commit; for kind = url the PKGBUILD's URL and its sha256.
  std::string ref = {}, commit = {};
  /// What its build's end may hang on beside that: BuildRecord::conditions.
  std::string conditions = {};
  std::vector<Evidence> evidence = {};
};

/// What was found out about a PKGBUILD, as far as it was.
struct Inspection {
  std::string commit;  // whose files are mirrored on the host
  std::string tree;    // names the content of the PKGBUILD's directory; may be unknown
  bool moves = false;  // there is a pkgver(), so the version is known only after the fetch
  std::optional<pacman::SrcInfo> srcinfo;
  std::vector<std::string> arches;  // that the PKGBUILD names in plain words, if it does
  bool asked = false;               // makepkg itself said it, not the .SRCINFO that is there
  bool remembered = false;      // that is what makepkg said of this very tree in an earlier build
  std::string said;             // what makepkg said of it in this one, if it was asked
  std::string srcinfo_problem;  // why the .SRCINFO that is there can't be used, if it can't be read
  std::vector<std::string> remarks;  // what its owner may want to know; may hold control characters
  std::vector<RecordedSource> vcs_sources;
  std::string pkgrel;  // that it is built with instead of its own; empty: with that
};

/// What is published of a target since an earlier run.
struct Previous {
  std::string version;
  std::string tree;  // of the files that this version is of
};

/// What ties a target to others of the run.
struct Relations {
  std::vector<pacman::Candidate> offers;  // its packages
  std::vector<std::string> needs;         // build dependencies: "foo>=2"
};

/// One target on its way through a run. Each stage fills in its part.
struct Job {
  enum class Stage {
    planned,    // nobody knows what it makes and needs
    known,      // the host knows: by its .SRCINFO, or by what it made last
    inspected,  // the first step of its build is done
    ended,      // its record is complete
  };

  Target target;
  std::string arch;  // that it is built for, in pacman's words
  Plan plan;
  // On their own, since a run has thousands of jobs that need neither.
  std::shared_ptr<Inspection> inspection = {};
  /// By its newest good build, where that tells.
  std::optional<Previous> previous = std::nullopt;
  std::string last_version = {};  // of its newest good build, wherever its files came from then
  /// Whether changed files of a published version are built with another pkgrel.
  bool bump_pkgrel = false;
  /// What became of its last build, where this one is bound to end the same.
  std::shared_ptr<BuildRecord> held_back = {};
  Relations relations = {};
  std::chrono::nanoseconds last_duration{0};  // of its last build; 0: unknown
  std::uint64_t last_peak_memory = 0;         // of its last build, in bytes; 0: unknown
  Stage stage = Stage::planned;
  BuildRecord record = {};  // from its first step on

  bool is_skipped() const { return std::holds_alternative<Skip>(plan.decision); }
};

}  // namespace pkgkiln
