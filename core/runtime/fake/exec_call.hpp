#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancellation.hpp"
#include "core/runtime/fake/file_tree.hpp"
#include "core/runtime/types.hpp"

namespace pkgkiln::fake {

struct State;
struct Container;

/// One exec in a fake container, as a test's handler sees it: what is to be run, and the container
/// around it. No lock of the engine is held while a handler runs.
class ExecCall {
 public:
  ExecCall(State& state, std::shared_ptr<Container> container, const ExecSpec& spec,
           const OutputSink& output, const Cancellation& cancel);

  std::vector<std::string> command;
  std::map<std::string, std::string> env;  // the image's, the container's and the exec's
  std::string user;                        // never empty
  std::string working_dir;                 // never empty

  void out(std::string_view bytes) const { output_(OutputStream::out, bytes); }
  void err(std::string_view bytes) const { output_(OutputStream::err, bytes); }

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
};

/// Plays a command and returns its exit code. Its return value is replaced when the container was
/// killed meanwhile.
using ExecHandler = std::function<int(ExecCall&)>;

}  // namespace pkgkiln::fake
