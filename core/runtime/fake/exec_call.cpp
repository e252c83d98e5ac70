#include "core/runtime/fake/exec_call.hpp"

#include "core/runtime/fake/state.hpp"

namespace pkgkiln::fake {

namespace {

const std::string& first_set(const std::string& a, const std::string& b, const std::string& c) {
  return !a.empty() ? a : !b.empty() ? b : c;
}

}  // namespace

ExecCall::ExecCall(State& state, std::shared_ptr<Container> container, const ExecSpec& spec,
                   const OutputSink& output, const Cancellation& cancel)
    : command(spec.command),
      env(spec.env),
      user(first_set(spec.user, container->spec.user, "root")),
      working_dir(first_set(spec.working_dir, container->spec.working_dir, "/")),
      state_(state),
      container_(std::move(container)),
      output_(output),
      cancel_(cancel) {
  env.insert(container_->spec.env.begin(), container_->spec.env.end());
}

bool ExecCall::running() const {
  const std::lock_guard lock(state_.mutex);
  return container_->running && !cancel_.requested();
}

ContainerSpec ExecCall::container() const {
  const std::lock_guard lock(state_.mutex);
  return container_->spec;
}

std::vector<std::string> ExecCall::networks() const {
  const std::lock_guard lock(state_.mutex);
  return {container_->networks.begin(), container_->networks.end()};
}

void ExecCall::set_peak_memory(std::uint64_t bytes) const {
  const std::lock_guard lock(state_.mutex);
  container_->usage.peak_memory_bytes = bytes;
}

void ExecCall::with_files(const std::function<void(const NodePtr& root)>& use) const {
  const std::lock_guard lock(state_.mutex);
  use(container_->files);
}

}  // namespace pkgkiln::fake
