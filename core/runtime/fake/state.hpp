#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/runtime/fake/engine.hpp"

namespace pkgkiln::fake {

struct Container {
  std::string id;
  std::string image_id;
  ContainerSpec spec;  // with what it takes from its image
  NodePtr files;
  std::set<std::string> networks;
  bool running = false;
  Usage usage;
};

struct StoredImage {
  ImageInfo info;
  FakeImage image;
};

struct ServedImage {
  FakeImage image;
  std::string digest;
};

struct Volume {
  Labels labels;
  NodePtr files;  // null until it is mounted for the first time
};

/// All that a fake engine has, behind one lock.
struct State {
  mutable std::mutex mutex;
  RuntimeInfo info = {.engine = "fake",
                      .version = "1",
                      .api_version = "1",
                      .socket = {},
                      .rootless = true,
                      .oci_runtime = "none",
                      .cgroup_version = "2",
                      .unenforceable_limits = {}};
  std::uint64_t max_open_files = 1U << 20U;
  /// By the registry's name, then by the image's.
  std::map<std::string, std::map<std::string, ServedImage>> registries;
  std::map<std::string, StoredImage> images;                     // by id
  std::map<std::string, std::shared_ptr<Container>> containers;  // by id
  std::map<std::string, Labels> networks;
  std::map<std::string, Volume> volumes;
  ExecHandler on_exec;
  std::map<Call, std::deque<RuntimeError>> faults;
  std::vector<CallRecord> calls;
  int made = 0;

  // All of these want the lock to be held.

  /// Logs the call, and throws the fault that waits for it.
  void enter(Call call, const std::string& object);
  std::string next_id(const std::string& kind);
  /// By id or name; null when there is none.
  std::shared_ptr<Container> find_container(const std::string& container) const;
  /// Throws RuntimeError `not_found`.
  std::shared_ptr<Container> container(const std::string& container) const;
  /// By id or full name; null when there is none.
  const StoredImage* find_image(const std::string& image) const;
  /// Stores an image; the name is taken from the one that had it.
  ImageInfo& store(const std::string& name, FakeImage image);
};

RuntimeError not_found(const std::string& what, const std::string& name);
RuntimeError conflict(const std::string& what_failed, const std::string& why);
bool has_all(const Labels& labels, const Labels& wanted);

}  // namespace pkgkiln::fake
