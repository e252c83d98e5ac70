#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/secret.hpp"
#include "core/builder/build_log.hpp"
#include "core/builder/layout.hpp"
#include "core/runtime/waiting_container.hpp"

namespace pkgkiln {

/// One step of a build: a script in the build container.
struct Step {
  std::string name;
  const char* script;  // of core/builder/script/script.hpp
  std::vector<std::string> arguments;
  bool as_builder = true;
  std::map<std::string, std::string> environment = {};  // overrides what every step gets
};

struct StepResult {
  int exit_code = 0;
  std::string answer;       // after query() and ask()
  bool has_pkgver = false;  // of the PKGBUILD, after ask()
};

/// The container of one build. Runs steps in it and logs each with its name, time and exit code.
/// Processes that a step leaves running are killed before anything else runs in the container, and
/// before the step's result counts. Every step of the user builder calls makepkg; the first that
/// succeeds checks the PKGBUILD, and later ones skip the checks. One owner, one thread.
class BuildContainer {
 public:
  struct Environment {
    std::string packager;                             // PACKAGER, empty: the image's
    std::string makeflags;                            // MAKEFLAGS, empty: the image's
    std::string startdir = builder::startdir;         // of makepkg
    std::string srcdest = {};                         // SRCDEST, empty: a directory of the image's
    std::map<std::string, std::string> makepkg = {};  // further variables for the user builder
    std::map<std::string, std::string> caches = {};   // for the scripts that run as root
    /// Variables that name proxies, for every step until the seal.
    std::map<std::string, std::string> proxies = {};
  };

  BuildContainer(ContainerRuntime& runtime, ContainerSpec spec, std::chrono::seconds lifetime,
                 Environment environment, BuildLog& log);

  /// Unpacks a tar into an existing directory.
  void copy_in(const std::string& directory, const std::function<void(const Sink&)>& tar,
               const Cancellation& cancel);

  /// Runs a step, and logs its whole output.
  StepResult run(const Step& step, const Cancellation& cancel);
  /// Runs a step whose answer is its standard output, at most 1 MiB; its standard error is logged.
  StepResult query(const Step& step, const Cancellation& cancel);
  /// The same of makepkg; what the PKGBUILD prints while it is read is logged too. Throws Error if
  /// the step succeeds without an answer.
  StepResult ask(const Step& step, const Cancellation& cancel);

  /// Cuts the network. Throws Error unless both the engine and the container show that no network
  /// is left, and no process of an earlier step runs.
  void seal(const Cancellation& cancel);
  const std::string& name() const { return container_.name(); }
  /// Ends all that runs in it and leaves it behind, without the network.
  void leave_behind();
  /// What builder's last step had, or the next would have.
  std::map<std::string, std::string> shell_environment() const;
  /// The peak of its memory, in bytes; 0 if neither the engine nor the cgroup tells. Call it after
  /// a failed step or collect().
  std::uint64_t peak_memory();
  /// The names of the sources that a cache may keep.
  void set_sources(std::vector<std::string> names) { sources_ = std::move(names); }
  /// Has the PKGBUILD read with that pkgrel instead of its own.
  void set_pkgrel(std::string pkgrel) { pkgrel_ = std::move(pkgrel); }
  /// Has makepkg read the PKGBUILD as for `served`, and name packages as of `arch`, where that is
  /// another.
  void set_arch(std::string arch, std::string served) {
    arch_ = std::move(arch);
    served_arch_ = std::move(served);
  }
  const std::vector<std::string>& sources() const { return sources_; }
  /// Whether something was downloaded that a cache may keep, as of the last sweep.
  bool has_fetched() const { return has_fetched_; }
  /// Passes PKGDEST on as a tar stream, after checking that it is still the image's directory and
  /// that no process is left that could change it.
  void collect(const std::function<void(const Source&)>& consumer, const Cancellation& cancel);

 private:
  std::map<std::string, std::string> root_environment() const;
  std::map<std::string, std::string> environment_of_builder() const;
  StepResult exec(const Step& step, const OutputSink& output, const Cancellation& cancel);
  /// Runs a script that first kills all processes but the main one.
  void sweep(const char* script, const std::string& what, const Cancellation& cancel);

  BuildLog& log_;
  Environment environment_;
  PasswordMask mask_;  // of the proxies
  bool sealed_ = false;
  bool checked_ = false;  // the PKGBUILD, by makepkg
  bool swept_ =
      true;  // no process of a step is left; scripts that run as root see to that themselves
  std::uint64_t peak_of_cgroup_ = 0;
  std::vector<std::string> sources_;
  std::string pkgrel_, arch_, served_arch_;
  std::map<std::string, std::string> of_last_step_;  // as builder
  bool has_fetched_ = false;
  WaitingContainer container_;
};

}  // namespace pkgkiln
