#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/journal/history.hpp"
#include "core/journal/target_facts.hpp"
#include "core/ledger/ledger.hpp"
#include "core/publish/local_repository.hpp"

/// What is known without a run, as text for stdout. `now` is in seconds of the epoch.
namespace pkgkiln::cli {

/// What last night was like.
struct Standing {
  std::vector<TargetState> states;
  std::vector<RunRecord> runs;  // the newest first
  bool is_running = false;      // so the newest run goes on

  /// The newest that has ended.
  const RunRecord* last_run() const;
};

/// One a line, and below it the last run.
std::string status_table(const Standing& standing, std::int64_t now);
/// One a line.
std::string history_table(const std::vector<BuildRecord>& builds, std::int64_t now);

/// The last run, what is due next, what failed and is held, and what to type. `config` is the file
/// that is read; empty: none.
std::string overview(const Standing& standing, const std::vector<Held>& held,
                     const std::string& config, std::int64_t now);

std::string target_details(const TargetFacts& facts, std::int64_t now);

/// A package in a local repository.
struct PublishedPackage {
  std::string repository;
  pacman::DatabaseEntry entry;
  std::string target;              // that makes it, if that is known
  std::vector<std::string> files;  // that it installs, where they were asked for
};
/// One a line.
std::string packages_in_table(const std::vector<PublishedPackage>& packages);
/// What is wrong with a repository of so many packages.
struct CheckedRepository {
  std::string name;
  std::size_t packages = 0;
  std::vector<RepositoryProblem> problems;
};
std::string check_text(const std::vector<CheckedRepository>& repositories);

}  // namespace pkgkiln::cli
