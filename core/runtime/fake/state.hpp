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

  /// Locks the state and logs the call; throws the fault that waits for it.
  std::unique_lock<std::mutex> begin(Call call, const std::string& object);

  // All of these want the lock to be held.

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

/// The fake engine's containers, networks and volumes.
class ContainerPort final : public ContainerRuntime {
 public:
  explicit ContainerPort(State& state) : state_(state) {}

  RuntimeInfo info() override;
  CreatedContainer create(const ContainerSpec& spec) override;
  void start(const std::string& container) override;
  int exec(const std::string& container, const ExecSpec& spec, const OutputSink& output,
           const Cancellation& cancel) override;
  int attend(const std::string& container, const ExecSpec& spec, Terminal& terminal,
             const Cancellation& cancel) override;
  void copy_in(const std::string& container, const std::string& path, const Source& tar,
               const Cancellation& cancel) override;
  void copy_out(const std::string& container, const std::string& path, const Sink& tar,
                const Cancellation& cancel) override;
  Usage usage(const std::string& container) override;
  void kill(const std::string& container) override;
  void remove(const std::string& container) override;
  std::vector<ContainerSummary> list(const Labels& labels) override;
  std::vector<std::string> networks_of(const std::string& container) override;
  void create_network(const std::string& name, const Labels& labels) override;
  void disconnect(const std::string& container, const std::string& network) override;
  void remove_network(const std::string& name) override;
  std::vector<ResourceSummary> list_networks(const Labels& labels) override;
  void create_volume(const std::string& name, const Labels& labels) override;
  void remove_volume(const std::string& name) override;
  std::vector<ResourceSummary> list_volumes(const Labels& labels) override;

 private:
  int play(Call kind, const std::string& container, const ExecSpec& spec, const OutputSink& output,
           Terminal* terminal, const Cancellation& cancel);

  State& state_;
};

/// The fake engine's images.
class ImagePort final : public ImageStore {
 public:
  explicit ImagePort(State& state) : state_(state) {}

  ImageInfo pull(const ImageRef& ref, const Sink& progress, const Transferred& transferred,
                 const Cancellation& cancel) override;
  std::string commit(const std::string& container, const CommitSpec& spec) override;
  std::optional<ImageInfo> inspect(const std::string& image) override;
  void remove(const std::string& image) override;
  std::vector<ImageInfo> list(const Labels& labels) override;

 private:
  State& state_;
};

}  // namespace pkgkiln::fake
