#include <mutex>
#include <optional>
#include <utility>

#include "core/runtime/errors.hpp"
#include "runtimes/open_runtime.hpp"

namespace pkgkiln {

namespace {

/// Opens it once, whoever asks first.
class Opening {
 public:
  Opening(RuntimeChoice choice, RuntimeSurroundings surroundings)
      : choice_(std::move(choice)), surroundings_(std::move(surroundings)) {}

  OpenedRuntime& get() {
    const std::lock_guard lock(mutex_);
    if (failure_) throw RuntimeError(*failure_);
    if (!opened_) open();
    return *opened_;
  }

 private:
  void open() {
    try {
      opened_ = open_runtime(choice_, surroundings_);
    } catch (const RuntimeError& error) {
      failure_ = error;
      throw;
    }
  }

  RuntimeChoice choice_;
  RuntimeSurroundings surroundings_;
  std::mutex mutex_;
  std::unique_ptr<OpenedRuntime> opened_;
  std::optional<RuntimeError> failure_;
};

class LaterRuntime final : public ContainerRuntime {
 public:
  explicit LaterRuntime(Opening& opening) : opening_(opening) {}

  RuntimeInfo info() override { return port().info(); }
  CreatedContainer create(const ContainerSpec& spec) override { return port().create(spec); }
  void start(const std::string& container) override { port().start(container); }
  int exec(const std::string& container, const ExecSpec& spec, const OutputSink& output,
           const Cancellation& cancel) override {
    return port().exec(container, spec, output, cancel);
  }
  void copy_in(const std::string& container, const std::string& path, const Source& tar,
               const Cancellation& cancel) override {
    port().copy_in(container, path, tar, cancel);
  }
  void copy_out(const std::string& container, const std::string& path, const Sink& tar,
                const Cancellation& cancel) override {
    port().copy_out(container, path, tar, cancel);
  }
  Usage usage(const std::string& container) override { return port().usage(container); }
  void kill(const std::string& container) override { port().kill(container); }
  void remove(const std::string& container) override { port().remove(container); }
  std::vector<ContainerSummary> list(const Labels& labels) override { return port().list(labels); }
  std::vector<std::string> networks_of(const std::string& container) override {
    return port().networks_of(container);
  }
  void create_network(const std::string& name, const Labels& labels) override {
    port().create_network(name, labels);
  }
  void disconnect(const std::string& container, const std::string& network) override {
    port().disconnect(container, network);
  }
  void remove_network(const std::string& name) override { port().remove_network(name); }
  std::vector<ResourceSummary> list_networks(const Labels& labels) override {
    return port().list_networks(labels);
  }
  void create_volume(const std::string& name, const Labels& labels) override {
    port().create_volume(name, labels);
  }
  void remove_volume(const std::string& name) override { port().remove_volume(name); }
  std::vector<ResourceSummary> list_volumes(const Labels& labels) override {
    return port().list_volumes(labels);
  }

 private:
  ContainerRuntime& port() { return opening_.get().runtime(); }

  Opening& opening_;
};

class LaterImages final : public ImageStore {
 public:
  explicit LaterImages(Opening& opening) : opening_(opening) {}

  ImageInfo pull(const ImageRef& ref, const Sink& progress, const Cancellation& cancel) override {
    return port().pull(ref, progress, cancel);
  }
  std::string commit(const std::string& container, const CommitSpec& spec) override {
    return port().commit(container, spec);
  }
  std::optional<ImageInfo> inspect(const std::string& image) override {
    return port().inspect(image);
  }
  void remove(const std::string& image) override { port().remove(image); }
  std::vector<ImageInfo> list(const Labels& labels) override { return port().list(labels); }

 private:
  ImageStore& port() { return opening_.get().images(); }

  Opening& opening_;
};

class OpenedLater final : public OpenedRuntime {
 public:
  OpenedLater(RuntimeChoice choice, RuntimeSurroundings surroundings)
      : opening_(std::move(choice), std::move(surroundings)) {}

  ContainerRuntime& runtime() override { return runtime_; }
  ImageStore& images() override { return images_; }
  const RuntimeInfo& info() const override { return opening_.get().info(); }
  const std::vector<std::string>& tried() const override { return opening_.get().tried(); }

 private:
  mutable Opening opening_;
  LaterRuntime runtime_{opening_};
  LaterImages images_{opening_};
};

}  // namespace

std::unique_ptr<OpenedRuntime> open_when_needed(const RuntimeChoice& choice,
                                                const RuntimeSurroundings& surroundings) {
  return std::make_unique<OpenedLater>(choice, surroundings);
}

}  // namespace pkgkiln
