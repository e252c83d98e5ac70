#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/runtime/container_runtime.hpp"
#include "core/runtime/fake/file_tree.hpp"
#include "core/runtime/image_store.hpp"

namespace pkgkiln::fake {

struct State;
struct Container;

/// One exec in a fake container, as a test's handler sees it: what is to be run, and the container
/// around it. No lock of the engine is held while a handler runs.
class ExecCall {
 public:
  ExecCall(State& state, std::shared_ptr<Container> container, const ExecSpec& spec,
           const OutputSink& output, const Cancellation& cancel, Terminal* terminal = nullptr);

  std::vector<std::string> command;
  std::map<std::string, std::string> env;  // the image's, the container's and the exec's
  std::string user;                        // never empty
  std::string working_dir;                 // never empty

  void out(std::string_view bytes) const { output_(OutputStream::out, bytes); }
  void err(std::string_view bytes) const { output_(OutputStream::err, bytes); }

  /// The next bytes of its input; none at its end, and when it should return.
  std::string read() const;
  /// Of its terminal, if it is at one.
  std::optional<Terminal::Size> size() const;

  /// False once the container was killed or the exec cancelled: return soon then.
  bool running() const;
  ContainerSpec container() const;
  std::vector<std::string> networks() const;
  /// Calls `use` with the root of the container's files, locked: don't call the engine from it.
  void with_files(const std::function<void(const NodePtr& root)>& use) const;

  /// What usage() tells of the container from now on; until then nothing is known.
  void set_peak_memory(std::uint64_t bytes) const;

 private:
  State& state_;
  std::shared_ptr<Container> container_;
  const OutputSink& output_;
  const Cancellation& cancel_;
  Terminal* terminal_;  // null: nobody attends it
};

/// Plays a command and returns its exit code. Its return value is replaced when the container was
/// killed meanwhile.
using ExecHandler = std::function<int(ExecCall&)>;

/// What can be asked of the engine, for its log of calls and for faults.
enum class Call {
  info,
  create,
  start,
  exec,
  attend,
  copy_in,
  copy_out,
  usage,
  kill,
  remove,
  list,
  networks_of,
  create_network,
  disconnect,
  remove_network,
  list_networks,
  create_volume,
  remove_volume,
  list_volumes,
  pull,
  commit,
  inspect_image,
  remove_image,
  list_images,
};

struct CallRecord {
  Call call;
  std::string object;  // the container, network, volume or image that was named; or empty

  bool operator==(const CallRecord&) const = default;
};

/// An image with its config.
struct FakeImage {
  NodePtr files = make_directory();
  Labels labels;
  std::vector<std::string> command;
  std::map<std::string, std::string> env;
  std::string user;
  std::string working_dir;
};

/// An engine in memory, for tests. It keeps the contracts of both ports (tests/conformance checks
/// it), logs its calls, fails on demand, and lets a test play the commands in its containers. A
/// main process runs until it is killed. Users are root, those in the container's /etc/passwd, and
/// every number. Thread-safe.
class Engine {
 public:
  Engine();
  ~Engine();

  /// The two ports; they live as long as the engine.
  ContainerRuntime& runtime();
  ImageStore& images();

  /// What info() answers, and the most open files that it can give.
  void set_info(const RuntimeInfo& info, std::uint64_t max_open_files);
  /// Puts an image into a registry, to be pulled. A registry without any image is out of reach.
  void serve(const ImageRef& ref, const FakeImage& image);
  /// Who plays the execs; without one every command is missing (127).
  void on_exec(ExecHandler handler);
  /// The next such call throws `error`. Several for one call are thrown one after the other.
  void fail_next(Call call, const RuntimeError& error);
  /// All calls so far, in order.
  std::vector<CallRecord> calls() const;

 private:
  std::unique_ptr<State> state_;
  std::unique_ptr<ContainerRuntime> runtime_;
  std::unique_ptr<ImageStore> images_;
};

}  // namespace pkgkiln::fake
