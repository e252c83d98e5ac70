#include <mutex>
#include <optional>
#include <utility>

#include "core/runtime/errors.hpp"
#include "runtimes/open_runtime.hpp"

namespace pkgkiln {

namespace {

/// Opens the engine at the first call of get().
class Opening {
 public:
  Opening(RuntimeChoice choice, RuntimeEnvironment environment)
      : choice_(std::move(choice)), environment_(std::move(environment)) {}

  OpenedRuntime& get() {
    const std::lock_guard lock(mutex_);
    if (failure_) throw RuntimeError(*failure_);
    if (!opened_) open();
    return *opened_;
  }

 private:
  void open() {
    try {
      opened_ = open_runtime(choice_, environment_);
    } catch (const RuntimeError& error) {
      failure_ = error;
      throw;
    }
  }

  RuntimeChoice choice_;
  RuntimeEnvironment environment_;
  std::mutex mutex_;
  std::unique_ptr<OpenedRuntime> opened_;
  std::optional<RuntimeError> failure_;
};

class LazyRuntime final : public ContainerRuntime {
 public:
  explicit LazyRuntime(Opening& opening) : opening_(opening) {}

  RuntimeInfo info() override { return port().info(); }
  CreatedContainer create(const ContainerSpec& spec) override { return port().create(spec); }
  void start(const std::string& container) override { port().start(container); }
  int exec(const std::string& container, const ExecSpec& spec, const OutputSink& output,
           const Cancellation& cancel) override {
    return port().exec(container, spec, output, cancel);
  }
  int attend(const std::string& container, const ExecSpec& spec, Terminal& terminal,
             const Cancellation& cancel) override {
    return port().attend(container, spec, terminal, cancel);
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

class LazyImages final : public ImageStore {
 public:
  explicit LazyImages(Opening& opening) : opening_(opening) {}

  ImageInfo pull(const ImageRef& ref, const Sink& progress, const Transferred& transferred,
                 const Cancellation& cancel) override {
    return port().pull(ref, progress, transferred, cancel);
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

class LazilyOpened final : public OpenedRuntime {
 public:
  LazilyOpened(RuntimeChoice choice, RuntimeEnvironment environment)
      : opening_(std::move(choice), std::move(environment)) {}

  ContainerRuntime& runtime() override { return runtime_; }
  ImageStore& images() override { return images_; }
  const RuntimeInfo& info() const override { return opening_.get().info(); }
  const std::vector<std::string>& tried() const override { return opening_.get().tried(); }

 private:
  mutable Opening opening_;
  LazyRuntime runtime_{opening_};
  LazyImages images_{opening_};
};

}  // namespace

std::unique_ptr<OpenedRuntime> open_when_needed(const RuntimeChoice& choice,
                                                const RuntimeEnvironment& environment) {
  return std::make_unique<LazilyOpened>(choice, environment);
}

}  // namespace pkgkiln
