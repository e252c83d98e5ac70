#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/publish/local_repository.hpp"
#include "core/run/run.hpp"
#include "core/runtime/fake/engine.hpp"
#include "tests/unit/core/git/test_repository.hpp"

namespace pkgkiln::test {

/// Writes down what it hears of.
class RecordingListener : public Listener {
 public:
  void hear(const Event& event) override { std::visit(*this, event.what); }

  void operator()(const Notice& notice) { notices.push_back(notice.text); }
  void operator()(const Planned&) {}
  void operator()(const ImageBegun&) {}
  void operator()(const Waiting& told) {
    std::string text = told.target;
    for (const auto& one : told.on) text += " on " + one;
    waiting.push_back(std::move(text));
  }
  void operator()(const BuildBegun& build) { started.push_back(build.target); }
  void operator()(const StepBegun& begun) {
    steps.push_back(begun.target + ": " + begun.step);
    if (on_step) on_step(steps.back());
  }
  void operator()(const Ended& told) { ended.push_back(told.target.name); }

  std::vector<std::string> notices, waiting, started, steps, ended;
  std::function<void(const std::string& step)> on_step;  // in the thread that hears
};

/// A local repository that a test can take down.
class FragileRepository : public LocalRepository {
 public:
  using LocalRepository::LocalRepository;
  bool contains(const pacman::PackageFileName& file) override {
    if (down) throw Error("the repository is down");
    return LocalRepository::contains(file);
  }
  Published publish(const std::vector<pacman::PackageArchive>& packages,
                    const Terms& terms = {}) override {
    if (down) throw Error("the repository is down");
    if (on_publish) on_publish(packages.front().name.pkgname);
    return LocalRepository::publish(packages, terms);
  }
  std::optional<Offer> offer(const std::vector<std::string>& dependencies) override {
    if (down) throw Error("the repository is down");
    return LocalRepository::offer(dependencies);
  }
  std::vector<std::string> mend() override { return mended(); }
  void expect_publication() override {
    if (locked) throw Error("the key is locked").advise("unlock it");
  }

  bool down = false;
  bool locked = false;  // what signs
  std::function<std::vector<std::string>()> mended = [] { return std::vector<std::string>(); };
  std::function<void(const std::string& pkgname)> on_publish;  // in the thread that publishes
};

/// Of one package.
struct Recipe {
  std::string version = "1";
  std::vector<std::string> fields;  // of the .SRCINFO, "depends = foo"
  bool with_srcinfo = true;         // committed; otherwise only makepkg knows
  std::string more;                 // further lines of the PKGBUILD
  std::string pkgname = {};         // empty: the target's name
  std::string pkgrel = "1";
  std::string arch = "any";
};

/// A fake engine whose containers play the scripts of a build as their PKGBUILD's .SRCINFO says,
/// a local repository "r", and targets with repositories of their own.
class FakeHost {
 public:
  FakeHost();

  /// A target with one package of its name, committed anew.
  Target target(const std::string& name, const std::vector<std::string>& fields = {}) {
    return target_of(name, {"1", fields, true, {}});
  }
  Target target_of(const std::string& name, const Recipe& recipe);

  std::vector<BuildRecord> build(const std::vector<Target>& targets);
  std::vector<BuildRecord> ended;  // of the last run that threw
  /// Of the builder image.
  static BuilderImage::Settings image_settings();
  std::optional<Error> obstacle;  // of the last run
  /// Puts a package for any arch into the repository, as somebody else would.
  void publish(const std::string& pkgname, const std::string& version = "1-1");
  /// Containers of all kinds that were made so far.
  std::size_t creates() const;
  /// The containers that were made since the last call of this, by their target's name.
  std::vector<std::string> containers();

  TempDir directory;
  fake::Engine engine;
  StateDir state{directory.path() / "state"};
  History history{state};
  Ledger ledger{state, Ledger::Access::write};
  Repositories repositories;
  git::Remotes remotes;
  FragileRepository* repository = nullptr;
  BuildSettings settings;
  Planner::Settings planning;
  RecordingListener observer;
  BuildLogServer* logs = nullptr;
  Capacity capacity;
  CacheLimits caches;
  std::chrono::seconds keep_logs{0};
  std::size_t keep_failed = 0;
  Cancellation cancel;

  /// What fails: "inspect", "dependencies" or "build" of a target by name.
  std::map<std::string, std::string> fails;
  std::map<std::string, std::string> makes_also;    // a second package, by target
  std::map<std::string, std::string> package_info;  // further lines of .PKGINFO, by target
  /// By target, what stands in its .SRCINFO and isn't what makepkg prints in that place.
  std::map<std::string, std::pair<std::string, std::string>> lies;
  std::set<std::string> silent;  // targets whose PKGBUILD ends makepkg while it is read
  std::map<std::string, std::string> prints;         // at the step "dependencies", by target
  std::map<std::string, std::uint64_t> peaks;        // of memory, by target
  std::string said_between_steps;                    // by parts/sweep.sh
  int exit_code = 4;                                 // of a build that fails
  std::map<std::string, std::string> makes_version;  // instead of its own, by target
  std::map<std::string, std::string> held_versions;  // what makepkg is to hold, or "none"
  std::function<void(fake::ExecCall& call)> kept;    // called when the caches are filled
  /// Called at the step "build" of a target, in the thread that builds it.
  std::function<void(const std::string& target, fake::ExecCall& call)> at_build;
  std::function<void(fake::ExecCall& call)> at_inspect;  // of makepkg, in its thread
  std::function<int(fake::ExecCall& call)> at_restore;   // gives the step's exit code
  std::string build_info;                                // further lines of every .BUILDINFO
  std::map<std::string, std::string> makeflags;          // at the step "build", by target
  /// The environment of a target's step "dependencies", and the files below /var/lib then.
  std::map<std::string, std::map<std::string, std::string>> environments;
  std::map<std::string, std::set<std::string>> offered;
  /// What the step "fetch" of a target is told of its sources.
  std::map<std::string, std::vector<std::string>> verified;

 private:
  int play(fake::ExecCall& call);
  int play_build(fake::ExecCall& call, const std::string& target, const std::string& srcinfo);
  void note_dependencies(fake::ExecCall& call, const std::string& target);
  void begin_answer(const fake::ExecCall& call, const std::string& target) const;
  std::string without_lie(const std::string& target, std::string srcinfo) const;
  std::vector<std::string> packages_of(const std::string& target) const;
  bool fails_at(const std::string& target, const std::string& step) const;

  std::mutex noting_;  // what containers write down
  std::map<std::string, std::unique_ptr<TestRepository>> upstreams_;
  std::map<std::string, std::string> srcinfos_;  // by target, as makepkg prints them
  std::map<std::string, bool> has_pkgver_;       // by target
  std::vector<std::string> made_;
};

}  // namespace pkgkiln::test
