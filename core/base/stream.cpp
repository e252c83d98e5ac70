#include "core/base/stream.hpp"

#include <array>
#include <cerrno>
#include <exception>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace pkgkiln {

namespace {

/// Tells the producer that nobody reads any more.
struct NobodyReads {};

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0)
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    else if (errno == EPIPE || errno == ECONNRESET)
      throw NobodyReads{};
    else if (errno != EINTR)
      throw_errno("cannot pass on a stream");
  }
}

Source source_of(int fd) {
  return [fd](char* buffer, std::size_t size) -> std::size_t {
    for (;;) {
      const auto got = ::recv(fd, buffer, size, 0);
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) throw_errno("cannot take over a stream");
    }
  };
}

}  // namespace

void connect(const std::function<void(const Sink&)>& producer,
             const std::function<void(const Source&)>& consumer) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw_errno("cannot make a pair of sockets");
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);

  std::exception_ptr producer_failed;
  std::thread thread([&] {
    try {
      producer([&](std::string_view bytes) { send_all(write_end.get(), bytes); });
    } catch (const NobodyReads&) {
    } catch (...) {
      producer_failed = std::current_exception();
    }
    write_end.reset();
  });

  std::exception_ptr consumer_failed;
  try {
    consumer(source_of(read_end.get()));
  } catch (...) {
    consumer_failed = std::current_exception();
  }
  read_end.reset();
  thread.join();
  if (producer_failed) std::rethrow_exception(producer_failed);
  if (consumer_failed) std::rethrow_exception(consumer_failed);
}

}  // namespace pkgkiln
