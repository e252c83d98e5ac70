#pragma once

#include <chrono>
#include <optional>

#include "core/git/ask/remotes.hpp"
#include "core/job/job.hpp"
#include "core/journal/history.hpp"
#include "core/publish/repository.hpp"

namespace pkgkiln {

/// Whether the record is of what the target builds now, for the repository that it goes to now.
bool is_of(const BuildRecord& record, const Target& target);

/// The same, and what it was built from is what the job has now.
bool is_of_same_files(const BuildRecord& record, const Job& job);

/// What a good build left published of the target, where its record tells.
std::optional<Previous> previous_of(const BuildRecord& good, const Target& target);

/// The commit that the target was built from by its newest good record; empty where that isn't
/// known: what was found published was not built from the commit of its record.
std::string built_commit(const std::optional<BuildRecord>& good, const Target& target);

/// Decides about one target by what is known of it, and notes down what it looked at.
class Comparison {
 public:
  Comparison(Job& job, Repository& repository, git::Remotes& remotes, const Cancellation& cancel)
      : job_(job), repository_(repository), remotes_(remotes), cancel_(cancel) {}

  /// By the newest good build: Skip only if nothing can have changed since. Throws Error when the
  /// repository can't tell.
  void by_record(const BuildRecord& last);
  /// The same where the commit is another, but its PackagingSource::content() may be the one that
  /// was built.
  void by_tree(const BuildRecord& last, const std::string& tree);
  /// By what was inspected on the host: Skip if that very version is published already. A
  /// repository that can't tell leaves the decision as it is.
  void by_version();

 private:
  void build(std::string why) { job_.plan.decision = Build{std::move(why)}; }
  void note(std::string what, std::string found) {
    job_.plan.evidence.push_back({std::move(what), std::move(found)});
  }
  void skip(const BuildRecord& last, std::string why);
  bool sources_unmoved(const BuildRecord& last);
  bool files_published(const BuildRecord& last);
  bool all_listed(const std::vector<pacman::PackageFileName>& files);

  Job& job_;
  Repository& repository_;
  git::Remotes& remotes_;
  const Cancellation& cancel_;
};

/// Whether a failed build is tried again although nothing changed.
struct RetryPolicy {
  /// After this long, then after twice that, and so on. 0: what failed with the network on (it may
  /// have been the network) after an hour, anything else not at all.
  std::chrono::seconds first_pause{0};
  bool always = false;
};

/// Holds a build back that failed with these files, until another builder image is there, a setting
/// that its end may hang on is another one, or the policy says so. `failures` is how often it
/// failed, 1 or more.
void hold_back(Job& job, const BuildRecord& last, std::int64_t failures, const RetryPolicy& policy);

}  // namespace pkgkiln
