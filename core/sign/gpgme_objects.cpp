#include "core/sign/gpgme_objects.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include "core/base/error.hpp"

namespace pkgkiln::gpg {

namespace {

constexpr const char* kBuffer = "262144";  // GPGME's own is of 512 bytes
constexpr int kLook = 100;                 // milliseconds

}  // namespace

std::string text_of(gpgme_error_t error) {
  char text[256] = {};
  gpgme_strerror_r(error, text, sizeof text);
  return text;
}

void demand(gpgme_error_t error, const char* what) {
  if (error != 0) throw Error(std::string("cannot ") + what).because(text_of(error));
}

void begin() {
  static const char* const version = gpgme_check_version(nullptr);
  static_cast<void>(version);
}

Data memory() {
  gpgme_data_t data = nullptr;
  demand(gpgme_data_new(&data), "keep what GnuPG says");
  return Data(data);
}

Data memory(std::string_view bytes) {
  gpgme_data_t data = nullptr;
  demand(gpgme_data_new_from_mem(&data, bytes.data(), bytes.size(), 0), "hand data to GnuPG");
  return Data(data);
}

std::string taken(Data data) {
  std::size_t size = 0;
  char* bytes = gpgme_data_release_and_get_mem(data.release(), &size);
  std::string result(bytes == nullptr ? "" : bytes, bytes == nullptr ? 0 : size);
  gpgme_free(bytes);
  return result;
}

FileData::FileData(const std::filesystem::path& path)
    : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) {
  if (!fd_) throw_errno("cannot open '" + path.string() + "'");
  gpgme_data_t data = nullptr;
  demand(gpgme_data_new_from_cbs(&data, &callbacks_, this), "hand a file to GnuPG");
  data_.reset(data);
  gpgme_data_set_flag(data, "io-buffer-size", kBuffer);
}

ssize_t FileData::read_piece(void* handle, void* buffer, std::size_t size) {
  auto& file = *static_cast<FileData*>(handle);
  ssize_t got = 0;
  do {
    got = ::read(file.fd_.get(), buffer, size);
  } while (got < 0 && errno == EINTR);
  return got;
}

Context::Context() {
  gpgme_ctx_t made = nullptr;
  demand(gpgme_new(&made), "use GnuPG");
  context_.reset(made);
  gpgme_io_cbs calls{&Context::add, this, &Context::remove, &Context::on_event, this};
  gpgme_set_io_cbs(made, &calls);
}

gpgme_error_t Context::add(void* self, int fd, int reads, gpgme_io_cb_t call, void* with,
                           void** tag) {
  auto& context = *static_cast<Context*>(self);
  context.waiting_.push_back({fd, reads != 0, call, with});
  *tag = new Tag{&context, std::prev(context.waiting_.end())};
  return 0;
}

void Context::remove(void* tag) {
  const std::unique_ptr<Tag> owned(static_cast<Tag*>(tag));
  owned->context->waiting_.erase(owned->waiting);
}

void Context::on_event(void* self, gpgme_event_io_t type, void* what) {
  auto& context = *static_cast<Context*>(self);
  if (type == GPGME_EVENT_NEXT_KEY) context.end_.keys.emplace_back(static_cast<gpgme_key_t>(what));
  if (type != GPGME_EVENT_DONE) return;
  const auto& ended = *static_cast<gpgme_io_event_done_data_t>(what);
  context.end_.error = ended.err != 0 ? ended.err : ended.op_err;
  context.done_ = true;
}

bool Context::wait_a_little() {
  std::vector<pollfd> polled;
  for (const auto& one : waiting_)
    polled.push_back({one.fd, static_cast<short>(one.reads ? POLLIN : POLLOUT), 0});
  if (::poll(polled.data(), polled.size(), kLook) <= 0) return false;
  bool moved = false;
  for (const auto& ready : polled) {
    if (ready.revents == 0) continue;
    // A call may end others.
    const auto still = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& one) {
      return one.fd == ready.fd && one.reads == (ready.events == POLLIN);
    });
    if (still == waiting_.end()) continue;
    still->call(still->with, still->fd);
    moved = true;
  }
  return moved;
}

Context::End Context::run(const std::function<gpgme_error_t()>& start, const Cancellation& cancel,
                          std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  if (const auto error = start(); error != 0) return {error};
  auto since = Clock::now();
  while (!done_) {
    if (wait_a_little()) since = Clock::now();
    end_.stuck = !done_ && patience.count() > 0 && Clock::now() - since > patience;
    if (end_.stuck || cancel.requested()) {
      gpgme_cancel(get());
      break;
    }
  }
  cancel.check();
  return std::move(end_);
}

}  // namespace pkgkiln::gpg
