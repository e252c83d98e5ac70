#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/builder/build_steps.hpp"
#include "core/builder/host.hpp"
#include "core/journal/state_dir.hpp"
#include "core/package/build_info.hpp"
#include "core/package/package_archive.hpp"
#include "core/publish/provenance.hpp"
#include "core/sign/signer.hpp"
#include "core/verify/package_comparison.hpp"

namespace pkgkiln {

/// A package file, and what is said of how it was made. Nothing of it is proven.
struct Claim {
  pacman::PackageArchive package;
  Provenance how;
  pacman::BuildInfo info;
  /// Why it isn't the package that was built then, whatever comes of building it again.
  std::vector<std::string> objections;

  /// Reads the package and the record beside it. With a signer, a signature of the record must be
  /// one by its key. Throws Error.
  static Claim read(const std::filesystem::path& package, Signer* signer,
                    const pacman::PackageLimits& limits);

  /// Whether one build may have made both.
  bool is_of_build_of(const Claim& other) const;
};

/// Whose choice the URL of a recipe is.
enum class ChosenBy { user, record };

/// What a claim says was built, to be built again: the listed target that it is of, or else a
/// stranger, which only http, https and git may serve. With `listed_only` that is an Error. Throws
/// Error that says what doesn't fit.
std::pair<Target, ChosenBy> recipe_of(const Claim& claim, const std::vector<Target>& listed,
                                      bool listed_only);

/// Throws Error where the ledger is against building that commit: it was denied, it is held, or of
/// a target whose commits need an approval it never had one.
void expect_approval(const Claim& claim, const Ledger& ledger);

/// What came of building a package again.
struct Verdict {
  enum class Kind { identical, different, failed };

  Kind kind = Kind::failed;
  std::string file;
  std::string step, why, hint;  // of a build that failed
  std::vector<Difference> differences;
  std::vector<std::string> gone;     // packages that were there then and can't be had any more
  std::vector<std::string> remarks;  // what else is to be known, a sentence each
  std::filesystem::path log;         // of a build that didn't make the same
};
/// "identical", "different", "failed"
const char* word(Verdict::Kind kind);

/// Builds packages again as their records say, and compares. Nothing is published or recorded; of
/// what it makes only the logs stay of builds that don't make the same. The caller holds the
/// RunLock; all that is referred to outlives this.
class Verification {
 public:
  struct Parts {
    const Host& host;
    const StateDir& state;
    const Repositories& repositories;
    git::Remotes& remotes;
    const BuildSettings& settings;
    std::string archive;  // as in FormerPackages
    std::function<void(const std::string& text)> notice;
    std::function<void(const std::string& target, const std::string& step)> on_step;
  };

  explicit Verification(Parts parts);
  ~Verification();
  Verification(const Verification&) = delete;
  Verification& operator=(const Verification&) = delete;

  /// A verdict for each of these claims, which are of one build. Throws Error if that can't be
  /// tried: the commit is gone, or there is no engine or builder image.
  std::vector<Verdict> verify(const std::vector<Claim>& claims, Target recipe, ChosenBy chosen_by,
                              const Cancellation& cancel);

 private:
  const std::string& image(const Cancellation& cancel);

  Parts parts_;
  std::string image_;  // the builder image, once it is needed
};

}  // namespace pkgkiln
