#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/journal/state_dir.hpp"

namespace pkgkiln {

/// Who stands behind a package base of the AUR, by its RPC.
struct People {
  std::string maintainer;  // empty: an orphan
  std::vector<std::string> co_maintainers;
  std::string submitter;

  bool operator==(const People&) const = default;
};

/// That a commit of a target may be built.
struct Approval {
  std::string target, pkgbase;
  /// Of the AUR (PackageBaseID, LastModified); 0: not from there.
  std::int64_t pkgbase_id = 0, last_modified = 0;
  std::string commit, tree;
  std::optional<People> people;  // nothing: not from the AUR, or not known
  std::string how;               // "person", "plain" (no rule fired), "first" (taken unseen)
  std::string by, note;
  std::chrono::system_clock::time_point at;
  std::vector<std::string> rules;  // findings that were seen and accepted with it
  /// Rules that hold the target no more: a permission that stands.
  std::vector<std::string> allowed = {};

  bool operator==(const Approval&) const = default;
};

/// That a commit of a target is never built.
struct Denial {
  std::string target, commit, by, note;
  std::vector<std::string> rules;
  std::chrono::system_clock::time_point at;
  bool freeze = false;  // nor any other, until one is approved

  bool operator==(const Denial&) const = default;
};

/// A commit that waits for a person.
struct Held {
  std::string target, commit, version_from, version_to;
  std::vector<std::string> rules;
  std::chrono::system_clock::time_point since;
  std::string needed_by = {};  // as in Target

  bool operator==(const Held&) const = default;
};

/// Names that a package replaces and provides.
struct Pretensions {
  std::vector<std::string> replaces, provides;

  bool operator==(const Pretensions&) const = default;
};

/// A name that one target alone may publish in a repository.
struct OwnedName {
  std::string repository, pkgname, target;
  std::string source;  // of the target's packaging files, so that it is known by another name
  std::chrono::system_clock::time_point since;
  std::optional<Pretensions> published = {};  // with its last publication, if there was one

  bool operator==(const OwnedName&) const = default;
};

/// Somebody whose packages a person trusts.
struct AcceptedMaintainer {
  std::string name, by, note;
  std::chrono::system_clock::time_point at;

  bool operator==(const AcceptedMaintainer&) const = default;
};

/// All that a ledger holds.
struct LedgerContents {
  std::vector<std::variant<Approval, Denial>> decisions;  // oldest first
  std::vector<Held> held;
  std::vector<OwnedName> names;
  std::vector<AcceptedMaintainer> maintainers;

  bool operator==(const LedgerContents&) const = default;
};

/// What people decided, and which target owns which name: ledger.db, in SQLite. It is no cache. One
/// that is damaged, that a newer version wrote, or that was there and is gone, is an Error for
/// whoever needs it, and never begun anew by itself. What is written has reached the disk when a
/// call returns. Thread-safe.
class Ledger {
 public:
  /// Only the holder of the RunLock may write.
  enum class Access { read, write };

  /// One that never was there is empty. Throws Error if it can't be used, as every call does.
  explicit Ledger(const StateDir& state, Access access);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Decisions of a target. What comes last counts, whatever the clock says. Each ends what was held
  // of it.
  std::optional<Approval> approval(const std::string& target) const;
  std::vector<Approval> approvals(const std::string& target) const;  // newest first
  void approve(const Approval& approval);
  void deny(const Denial& denial);
  bool is_denied(const std::string& target, const std::string& commit) const;
  /// The denial that froze it, unless it was approved since.
  std::optional<Denial> frozen(const std::string& target) const;

  /// What waits for a person: one commit a target. Returns whether anything of it is new: the
  /// commit or a rule. `since` stays with the commit.
  bool hold(const Held& held);
  void release(const std::string& target);
  std::vector<Held> held() const;  // by target

  void accept(const AcceptedMaintainer& maintainer);
  std::set<std::string> maintainers() const;

  std::optional<OwnedName> owner_of(const std::string& pkgname,
                                    const std::string& repository) const;
  /// Each is its target's from now on, whosever it was. What was the target's before keeps its
  /// time, and unless it is given also what was published.
  void own(const std::vector<OwnedName>& names);
  /// Those that earlier versions kept elsewhere. Does nothing but in the first call for a ledger
  /// that was not restored.
  void take_over(const std::vector<OwnedName>& names);
  bool has_taken_over() const;
  std::vector<OwnedName> names() const;  // by target, repository and name
  std::vector<OwnedName> names_of(const std::string& target) const;
  void give_up_names(const std::string& target);

  /// All that `changes` writes is written at once, or nothing if it throws: each write alone waits
  /// for the disk. Other threads wait meanwhile.
  void together(const std::function<void()>& changes);

  /// All of this target.
  void forget(const std::string& target);

  LedgerContents contents() const;

  /// Puts a ledger with that into the place of the one that is there, whatever state that is in, or
  /// if it holds anything only where `replace`; it is then kept as ledger.db.replaced-<time>.
  static void restore(const StateDir& state, const LedgerContents& contents, bool replace);

 private:
  struct Database;
  std::unique_ptr<Database> database_;
};

}  // namespace pkgkiln
