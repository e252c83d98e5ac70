#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/runtime/types.hpp"
#include "tests/conformance/opening.hpp"
#include "tests/conformance/scripts.hpp"

namespace conformance {

struct Result {
  int code = 0;
  std::string out, err;
};

using Variables = std::map<std::string, std::string>;

/// What one test makes in the engine. All of it has the test's own labels. At the end it is
/// removed, and the test fails if anything is left.
class Sandbox {
 public:
  Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  pkgkiln::ContainerRuntime& runtime;
  pkgkiln::ImageStore& images;

  /// Names and labels for new objects; `what` tells several objects of a test apart.
  std::string name(const std::string& what) const { return id_ + "-" + what; }
  std::string image_name(const std::string& what) const;
  pkgkiln::Labels labels() const;

  /// A spec to start from: a container of the base image whose main process waits.
  pkgkiln::ContainerSpec spec(const std::string& what = "a") const;
  /// Its id; created and started.
  std::string run(const pkgkiln::ContainerSpec& spec);
  std::string run() { return run(spec()); }

  static pkgkiln::ExecSpec exec_spec(const Script& script, Variables variables = {});
  Result exec(const std::string& container, const pkgkiln::ExecSpec& spec);
  Result exec(const std::string& container, const Script& script, Variables variables = {}) {
    return exec(container, exec_spec(script, std::move(variables)));
  }

 private:
  void remove_all();

  std::string id_;
};

/// The label that everything made by the suite has.
pkgkiln::Labels suite_labels();
/// The names of all objects with these labels.
std::vector<std::string> everything_with(const pkgkiln::Labels& labels);

}  // namespace conformance
