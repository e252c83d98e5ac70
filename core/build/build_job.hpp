#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/build/build_container.hpp"
#include "core/cache/cache_volume.hpp"
#include "core/git/remotes.hpp"
#include "core/plan/inspected.hpp"
#include "core/plan/plan.hpp"
#include "core/publish/repository.hpp"
#include "core/source/packaging_source.hpp"

namespace pkgkiln {

/// What builds may take of the host, in bytes.
struct HostLimits {
  std::uint64_t packages = std::uint64_t{16} << 30U;  // the package files of one, together
  std::uint64_t unpacked = std::uint64_t{64} << 30U;  // the same, unpacked
  std::uint64_t log = std::uint64_t{32} << 20U;       // what one may print into its log
  std::uint64_t logs = std::uint64_t{2} << 30U;       // all logs together; 0: as much as there is
};

/// How builds are done, the same for all of a run.
struct BuildSettings {
  std::chrono::seconds timeout{};
  Limits limits;
  std::vector<std::string> add_hosts;
  BuildContainer::Environment environment;
  CacheLimits caches;
  HostLimits host = {};
  /// That makepkg may take to read a PKGBUILD: what runs outside of its functions holds up others.
  std::chrono::seconds longest_reading{120};
};

/// A build's place among those that run at once. What makes it ready and what comes after it
/// takes none. In one thread.
struct BuildTurn {
  unsigned cores = 1;  // that it should keep busy
  /// Waits for the place; false if there will be none.
  std::function<bool()> take = [] { return true; };
  std::function<void()> give_back = [] {};
};

/// What one build works with. The references outlive it.
struct BuildJob {
  const Plan& plan;
  PackagingSource& source;
  Repository& repository;
  git::Remotes& remotes;
  std::string id;                    // of this build
  std::string image;                 // id of the builder image
  std::filesystem::path output_dir;  // empty; gets the package files
  BuildLog& log;
  /// What is to be said against a package of that name by this target, if anything.
  std::function<std::optional<NameRefusal>(const std::string& pkgname)> refuse_name;
  std::function<void(const std::string& step)> on_step;
  BuildTurn turn = {};
  /// From an earlier PackageBuild::inspect() of this plan, to go on from there.
  std::optional<Inspected> inspected = std::nullopt;
};

}  // namespace pkgkiln
