#include "core/runtime/fake/engine.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <unistd.h>

#include "core/base/digest.hpp"
#include "core/runtime/fake/state.hpp"

namespace pkgkiln::fake {

namespace {

const std::string& first_set(const std::string& a, const std::string& b, const std::string& c) {
  return !a.empty() ? a : !b.empty() ? b : c;
}

}  // namespace

ExecCall::ExecCall(State& state, std::shared_ptr<Container> container, const ExecSpec& spec,
                   const OutputSink& output, const Cancellation& cancel, Terminal* terminal)
    : command(spec.command),
      env(spec.env),
      user(first_set(spec.user, container->spec.user, "root")),
      working_dir(first_set(spec.working_dir, container->spec.working_dir, "/")),
      state_(state),
      container_(std::move(container)),
      output_(output),
      cancel_(cancel),
      terminal_(terminal) {
  env.insert(container_->spec.env.begin(), container_->spec.env.end());
}

std::string ExecCall::read() const {
  if (terminal_ == nullptr) return {};
  pollfd input{terminal_->input(), POLLIN, 0};
  while (running()) {
    if (::poll(&input, 1, 10) <= 0) continue;
    std::array<char, 4096> bytes{};
    const auto size = ::read(input.fd, bytes.data(), bytes.size());
    return {bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }
  return {};
}

std::optional<Terminal::Size> ExecCall::size() const {
  return terminal_ == nullptr ? std::nullopt : terminal_->size();
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

std::unique_lock<std::mutex> State::begin(Call call, const std::string& object) {
  std::unique_lock lock(mutex);
  calls.push_back({call, object});
  const auto waiting = faults.find(call);
  if (waiting == faults.end() || waiting->second.empty()) return lock;
  const RuntimeError error = waiting->second.front();
  waiting->second.pop_front();
  throw error;
}

std::string State::next_id(const std::string& kind) {
  return sha256_of(kind + " " + std::to_string(++made));
}

std::shared_ptr<Container> State::find_container(const std::string& container) const {
  if (const auto found = containers.find(container); found != containers.end())
    return found->second;
  for (const auto& [id, candidate] : containers)
    if (candidate->spec.name == container) return candidate;
  return nullptr;
}

std::shared_ptr<Container> State::container(const std::string& container) const {
  auto found = find_container(container);
  if (!found) throw not_found("container", container);
  return found;
}

const StoredImage* State::find_image(const std::string& image) const {
  if (const auto found = images.find(image); found != images.end()) return &found->second;
  for (const auto& [id, stored] : images)
    if (std::find(stored.info.names.begin(), stored.info.names.end(), image) !=
        stored.info.names.end())
      return &stored;
  return nullptr;
}

ImageInfo& State::store(const std::string& name, FakeImage image) {
  for (auto& [id, stored] : images) std::erase(stored.info.names, name);
  StoredImage made_image;
  made_image.info.id = "sha256:" + next_id("image");
  made_image.info.names = {name};
  made_image.info.labels = image.labels;
  made_image.info.created = std::chrono::system_clock::now();
  made_image.image = std::move(image);
  const auto id = made_image.info.id;
  return images.insert_or_assign(id, std::move(made_image)).first->second.info;
}

RuntimeError not_found(const std::string& what, const std::string& name) {
  return {RuntimeError::Kind::not_found, "no such " + what + ": '" + name + "'"};
}

RuntimeError conflict(const std::string& what_failed, const std::string& why) {
  return RuntimeError(RuntimeError::Kind::conflict, what_failed).because(why);
}

bool has_all(const Labels& labels, const Labels& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    const auto found = labels.find(label.first);
    return found != labels.end() && found->second == label.second;
  });
}

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
