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
#include "core/runtime/waiting_container.hpp"

namespace pkgkiln {

/// One step of a build: a script in the build container.
struct Step {
  std::string name;
  const char* script;  // of core/builder/script/script.hpp
  std::vector<std::string> arguments;
  bool as_builder = true;
  std::map<std::string, std::string> environment = {};  // beats what every step has
};

struct StepResult {
  int exit_code = 0;
  std::string answer;       // of makepkg, where it was asked
  bool has_pkgver = false;  // says makepkg of the PKGBUILD then
};

/// The container of one build. Runs steps in it, each logged with its name, time and exit code;
/// what a step leaves running is ended before anything else is done in it or its end is believed.
/// Every step of builder's is a call of makepkg, and only the first that goes well checks the
/// PKGBUILD. One owner, one thread.
class BuildContainer {
 public:
  struct Environment {
    std::string packager;                            // PACKAGER, empty: the image's
    std::string makeflags;                           // MAKEFLAGS, empty: the image's
    std::string srcdest = {};                        // SRCDEST, empty: a directory of the image's
    std::map<std::string, std::string> caches = {};  // what scripts of root's are told of them
    /// Variables that name proxies, for every step until the seal.
    std::map<std::string, std::string> proxies = {};
  };

  BuildContainer(ContainerRuntime& runtime, ContainerSpec spec, std::chrono::seconds lifetime,
                 Environment environment, BuildLog& log);

  /// Unpacks a tar into an existing directory.
  void copy_in(const std::string& directory, const std::function<void(const Sink&)>& tar,
               const Cancellation& cancel);

  /// Runs a step whose whole output is log.
  StepResult run(const Step& step, const Cancellation& cancel);
  /// Runs a step that asks makepkg, whose answer is its standard output, at most 1 MiB; its
  /// standard error is log, and so is what the PKGBUILD prints while it is read. Throws Error when
  /// it went well and there is no answer.
  StepResult ask(const Step& step, const Cancellation& cancel);

  /// Cuts the network, and makes sure from both sides that nothing of it is left, nor of an earlier
  /// step. Throws Error otherwise.
  void seal(const Cancellation& cancel);
  /// The most memory that it had, in bytes; 0 where neither the engine nor its cgroup tells. After
  /// a step that failed, or collect().
  std::uint64_t peak_memory();
  /// The names of the sources that a cache could keep.
  void set_sources(std::vector<std::string> names) { sources_ = std::move(names); }
  const std::vector<std::string>& sources() const { return sources_; }
  /// Whether something was downloaded that a cache could keep, when its processes were ended last.
  bool has_fetched() const { return has_fetched_; }
  /// PKGDEST as a tar stream, after making sure that it is what it was and nobody changes it.
  void collect(const std::function<void(const Source&)>& consumer, const Cancellation& cancel);

 private:
  std::map<std::string, std::string> root_environment() const;
  StepResult exec(const Step& step, const OutputSink& output, const Cancellation& cancel);
  /// Runs a script that ends all processes but the main one before it does what else it does.
  void sweep(const char* script, const std::string& what, const Cancellation& cancel);

  BuildLog& log_;
  Environment environment_;
  PasswordMask mask_;  // of the proxies
  bool sealed_ = false;
  bool checked_ = false;  // the PKGBUILD, by makepkg
  bool swept_ = true;     // no process is left that a step began; those of root's see to it
  std::uint64_t peak_of_cgroup_ = 0;
  std::vector<std::string> sources_;
  bool has_fetched_ = false;
  WaitingContainer container_;
};

}  // namespace pkgkiln
