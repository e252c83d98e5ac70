#pragma once

#include <string>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/stream.hpp"
#include "core/runtime/errors.hpp"
#include "core/runtime/types.hpp"

namespace pkgkiln {

/// The port to an engine that runs containers. tests/conformance holds every implementation to
/// what stands here.
///
/// Order of a container's life: create, start, any number of exec / copy_in / copy_out /
/// disconnect, kill, remove. copy_in and copy_out also work before start, not after the end.
///
/// Thread-safety: all calls may come from several threads at once; calls on one container are the
/// caller's to order, but kill and remove may come at any time.
///
/// Idempotence: kill, remove, disconnect, remove_network and remove_volume succeed when there is
/// nothing (left) to do, after a failed start too. create fails with `conflict` when the name is
/// taken.
///
/// Errors: RuntimeError, unless said otherwise. Cancelled when the given Cancellation asks.
/// The calls without one answer within a minute or fail as `unreachable` or `lost`.
class ContainerRuntime {
 public:
  virtual ~ContainerRuntime() = default;

  virtual RuntimeInfo info() = 0;

  // --- containers; `container` is an id or a name ---

  virtual CreatedContainer create(const ContainerSpec& spec) = 0;
  virtual void start(const std::string& container) = 0;

  /// Runs a command to its end and returns its exit code: 126 or 127 when there is no such
  /// command. stdin is empty. It has ended only when its output is at EOF and the engine says so;
  /// otherwise RuntimeError `lost`. An engine can't end an exec: whoever cancels one kills the
  /// container. A process that it leaves behind lives on and doesn't hold up the return (for more
  /// than a few seconds). What `output` throws comes out of here.
  /// A user that doesn't exist is `rejected`, a container that doesn't run is `conflict`.
  virtual int exec(const std::string& container, const ExecSpec& spec, const OutputSink& output,
                   const Cancellation& cancel) = 0;

  /// Unpacks a tar stream into the existing directory `path`, keeping the owners, groups and
  /// modes that the entries have. `not_found` when there is no such directory. If the directory
  /// is a link it is followed, inside the container.
  virtual void copy_in(const std::string& container, const std::string& path, const Source& tar,
                       const Cancellation& cancel) = 0;

  /// Packs the file or directory `path`; names in the tar begin with its last component. An
  /// engine may follow a link in place of `path`, so check it from inside before. Everything in
  /// the stream is hostile. `lost` when it breaks off.
  virtual void copy_out(const std::string& container, const std::string& path, const Sink& tar,
                        const Cancellation& cancel) = 0;

  virtual Usage usage(const std::string& container) = 0;

  /// Ends all its processes at once (exec calls return 137 or throw); then it is listed as ended.
  virtual void kill(const std::string& container) = 0;
  /// Removes it, running or not, with its anonymous volumes.
  virtual void remove(const std::string& container) = 0;
  /// All that have every one of these labels (key and value), running or not.
  virtual std::vector<ContainerSummary> list(const Labels& labels) = 0;
  /// Names of the networks it is attached to.
  virtual std::vector<std::string> networks_of(const std::string& container) = 0;

  // --- networks: bridges with a way out, each apart from the others ---

  virtual void create_network(const std::string& name, const Labels& labels) = 0;
  /// Takes a running container off the network; afterwards only `lo` is left in it if it was its
  /// only one.
  virtual void disconnect(const std::string& container, const std::string& network) = 0;
  virtual void remove_network(const std::string& name) = 0;
  virtual std::vector<ResourceSummary> list_networks(const Labels& labels) = 0;

  // --- volumes ---

  /// Creating one that is there already is no error and leaves it as it is.
  virtual void create_volume(const std::string& name, const Labels& labels) = 0;
  virtual void remove_volume(const std::string& name) = 0;
  virtual std::vector<ResourceSummary> list_volumes(const Labels& labels) = 0;
};

}  // namespace pkgkiln
