#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/base/stream.hpp"
#include "core/runtime/errors.hpp"
#include "core/runtime/types.hpp"

namespace pkgkiln {

/// The other end of a command that is conversed with: a person at a terminal, or what a script has
/// to say. Called from the thread that attends the command.
class Terminal {
 public:
  struct Size {
    unsigned rows = 0, columns = 0;

    bool operator==(const Size&) const = default;
  };

  virtual ~Terminal() = default;
  /// A descriptor to poll and read; at its EOF the command's input ends.
  virtual int input() const = 0;
  /// Asked every 200 ms at least, since it may change. Nothing if this is no terminal: then the
  /// command is at none either, and its output comes on two streams.
  virtual std::optional<Size> size() = 0;
  virtual void show(OutputStream stream, std::string_view bytes) = 0;
};

/// The port to an engine that runs containers. tests/conformance checks that every implementation
/// does what is written here.
///
/// Order of a container's life: create, start, any number of exec / attend / copy_in / copy_out /
/// disconnect, kill, remove. copy_in and copy_out also work before start, not after the end.
///
/// Thread-safety: several threads may call at once. The caller orders the calls on one container,
/// except that kill and remove may come at any time.
///
/// Idempotence: kill, remove, disconnect, remove_network and remove_volume succeed if there is
/// nothing (left) to do, also after a failed start. create fails with `conflict` if the name is
/// taken.
///
/// Errors: RuntimeError, unless said otherwise. Cancelled when the given Cancellation asks.
/// The calls without one answer within a minute or fail as `unreachable` or `lost`.
class ContainerRuntime {
 public:
  virtual ~ContainerRuntime() = default;

  /// What the engine says of itself; maybe what it said when it was asked first.
  virtual RuntimeInfo info() = 0;

  // --- containers; `container` is an id or a name ---

  virtual CreatedContainer create(const ContainerSpec& spec) = 0;
  /// Also one that has ended: its main process is run anew, and its files are as they were.
  virtual void start(const std::string& container) = 0;

  /// Runs a command to its end and returns its exit code: 126 or 127 when there is no such command.
  /// stdin is empty. It has ended only if its output is at EOF and the engine says so; otherwise
  /// throws RuntimeError `lost`. An engine can't end an exec: to cancel one, kill the container. A
  /// process that it leaves behind lives on, and delays the return by a few seconds at most. Throws
  /// what `output` throws. A user that doesn't exist is `rejected`, a container that doesn't run is
  /// `conflict`.
  virtual int exec(const std::string& container, const ExecSpec& spec, const OutputSink& output,
                   const Cancellation& cancel) = 0;

  /// The same with an input. At a terminal the command has a terminal of its own, of that size, and
  /// all of its output comes on `out`.
  virtual int attend(const std::string& container, const ExecSpec& spec, Terminal& terminal,
                     const Cancellation& cancel) = 0;

  /// Unpacks a tar stream into the existing directory `path`, keeping the owners, groups and modes
  /// that the entries have. `not_found` when there is no such directory. If the directory is a
  /// link, it is followed inside the container.
  virtual void copy_in(const std::string& container, const std::string& path, const Source& tar,
                       const Cancellation& cancel) = 0;

  /// Packs the file or directory `path`; names in the tar begin with its last component. An engine
  /// may follow a link at `path`, so check from inside that it is none. Everything in the stream is
  /// hostile. `lost` if it breaks off.
  virtual void copy_out(const std::string& container, const std::string& path, const Sink& tar,
                        const Cancellation& cancel) = 0;

  virtual Usage usage(const std::string& container) = 0;

  /// Ends all its processes at once (exec calls return 137 or throw); then it is listed as ended.
  virtual void kill(const std::string& container) = 0;
  /// Removes it, running or not, with its anonymous volumes.
  virtual void remove(const std::string& container) = 0;
  /// All containers with every one of these labels (key and value), running or not.
  virtual std::vector<ContainerSummary> list(const Labels& labels) = 0;
  /// Names of the networks it is attached to.
  virtual std::vector<std::string> networks_of(const std::string& container) = 0;

  // --- networks: bridges with a way out, each apart from the others ---

  virtual void create_network(const std::string& name, const Labels& labels) = 0;
  /// Disconnects a running container from the network. If that was its only one, only `lo` is left.
  virtual void disconnect(const std::string& container, const std::string& network) = 0;
  virtual void remove_network(const std::string& name) = 0;
  virtual std::vector<ResourceSummary> list_networks(const Labels& labels) = 0;

  // --- volumes ---

  /// If the volume exists, this is no error and does not change it.
  virtual void create_volume(const std::string& name, const Labels& labels) = 0;
  virtual void remove_volume(const std::string& name) = 0;
  virtual std::vector<ResourceSummary> list_volumes(const Labels& labels) = 0;
};

}  // namespace pkgkiln
