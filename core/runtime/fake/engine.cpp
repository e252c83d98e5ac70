#include "core/runtime/fake/engine.hpp"

#include "core/runtime/fake/container_port.hpp"
#include "core/runtime/fake/image_port.hpp"
#include "core/runtime/fake/state.hpp"

namespace pkgkiln::fake {

Engine::Engine()
    : state_(std::make_unique<State>()),
      runtime_(std::make_unique<ContainerPort>(*state_)),
      images_(std::make_unique<ImagePort>(*state_)) {}

Engine::~Engine() = default;

ContainerRuntime& Engine::runtime() {
  return *runtime_;
}

ImageStore& Engine::images() {
  return *images_;
}

void Engine::set_info(const RuntimeInfo& info, std::uint64_t max_open_files) {
  const std::lock_guard lock(state_->mutex);
  state_->info = info;
  state_->max_open_files = max_open_files;
}

void Engine::serve(const ImageRef& ref, const FakeImage& image) {
  const std::lock_guard lock(state_->mutex);
  state_->registries[ref.registry].insert_or_assign(
      ref.full(), ServedImage{image, "sha256:" + state_->next_id("manifest")});
}

void Engine::on_exec(ExecHandler handler) {
  const std::lock_guard lock(state_->mutex);
  state_->on_exec = std::move(handler);
}

void Engine::fail_next(Call call, const RuntimeError& error) {
  const std::lock_guard lock(state_->mutex);
  state_->faults[call].push_back(error);
}

std::vector<CallRecord> Engine::calls() const {
  const std::lock_guard lock(state_->mutex);
  return state_->calls;
}

}  // namespace pkgkiln::fake
