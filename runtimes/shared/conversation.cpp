#include "runtimes/shared/conversation.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include "core/base/text.hpp"

namespace pkgkiln::runtimes {

namespace {

constexpr int kTick = 200;  // milliseconds: see Cancellation
constexpr std::size_t kPiece = 16U << 10U;
constexpr std::size_t kLongestHead = 64U << 10U;
constexpr std::chrono::seconds kAnswersWithin{60};
/// What ends the input of a command that has a terminal (Ctrl-D).
constexpr const char* kEndOfInput = "\x04";

/// Whether something came of what is waited for, within a tick.
bool wait_for(pollfd& one, const Cancellation& cancel) {
  cancel.check();
  return ::poll(&one, 1, kTick) > 0;
}

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Conversation::Conversation(const EngineClient& client, std::string doing,
                           const net::Request& request, const Cancellation& cancel)
    : client_(client), doing_(std::move(doing)) {
  const auto bounded = cancel.with_deadline(Cancellation::Clock::now() + kAnswersWithin);
  try {
    connect();
    send_all(fmt::format("{} {}{} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                         "Upgrade: tcp\r\nContent-Type: application/json\r\n"
                         "Content-Length: {}\r\n\r\n{}",
                         request.method, client_.dialect().prefix, request.target,
                         request.text.size(), request.text),
             bounded);
    auto answer = read_head(bounded);
    if (answer.status == 101 || answer.status == 200) return;
    const auto length = std::min(number(answer.header("Content-Length")), kLongestHead);
    while (received_.size() < length) {
      const auto more = receive(bounded);
      if (more.empty()) break;
      received_ += more;
    }
    answer.body = received_;
    throw client_.refusal(doing_, request, answer);
  } catch (const Cancelled&) {
    cancel.check();
    throw broken(fmt::format("it did not answer within {} s", kAnswersWithin.count()));
  }
}

RuntimeError Conversation::broken(const std::string& why) const {
  return client_.error(RuntimeError::Kind::lost, doing_, "the connection broke off: " + why);
}

void Conversation::connect() {
  const auto& path = client_.socket_path();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path)
    throw client_.error(RuntimeError::Kind::unreachable, doing_,
                        "its socket has no path that can be used");
  std::copy(path.begin(), path.end(), std::begin(address.sun_path));
  socket_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what the call takes
  if (!socket_ ||
      ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw client_.error(RuntimeError::Kind::unreachable, doing_, std::strerror(errno));
}

void Conversation::send_all(const std::string& bytes, const Cancellation& cancel) {
  unsent_ = bytes;
  while (!unsent_.empty()) {
    pollfd ready{socket_.get(), POLLOUT, 0};
    if (wait_for(ready, cancel)) send_some();
    if (is_shut_) throw broken("the request could not be sent");
  }
}

void Conversation::send_some() {
  const auto sent =
      ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) {
    unsent_.erase(0, static_cast<std::size_t>(sent));
  } else if (errno != EAGAIN && errno != EINTR) {
    // The command reads no more; what it prints still comes.
    unsent_.clear();
    has_input_ = ends_input_ = false;
    is_shut_ = true;
  }
}

std::string Conversation::receive(const Cancellation& cancel) {
  pollfd ready{socket_.get(), POLLIN, 0};
  std::string bytes(kPiece, '\0');
  for (;;) {
    if (!wait_for(ready, cancel)) continue;
    const auto size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    // One who closes it with input unread has said all that he had to say.
    if (size < 0 && errno == ECONNRESET) return {};
    if (size < 0) throw broken(std::strerror(errno));
    bytes.resize(static_cast<std::size_t>(size));
    return bytes;
  }
}

net::Response Conversation::read_head(const Cancellation& cancel) {
  std::size_t end = 0;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    const auto more = receive(cancel);
    if (more.empty() || received_.size() > kLongestHead)
      throw client_.error(RuntimeError::Kind::malformed, doing_, "what answers speaks no HTTP");
    received_ += more;
  }
  const auto head = received_.substr(0, end + 2);
  received_.erase(0, end + 4);
  net::Response response;
  std::string_view rest = head;
  auto line = take_until(rest, '\n');
  if (line.starts_with("HTTP/1.") && line.size() > 12)
    response.status = static_cast<int>(number(line.substr(9, 3)));
  while (!rest.empty()) {
    line = take_until(rest, '\n');
    const auto name = std::string(take_until(line, ':'));
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    response.headers.emplace_back(name, line);
  }
  return response;
}

void Conversation::take_input(Terminal& terminal, bool is_at_terminal) {
  std::array<char, kPiece> bytes{};
  const auto size = ::read(terminal.input(), bytes.data(), bytes.size());
  if (size > 0) {
    unsent_.assign(bytes.data(), static_cast<std::size_t>(size));
  } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
    has_input_ = false;
    if (is_at_terminal)
      unsent_ = kEndOfInput;
    else
      ends_input_ = true;
  }
}

void Conversation::run(Terminal& terminal, const Sink& output, const Resize& resize,
                       const Cancellation& cancel) {
  if (!received_.empty()) output(std::exchange(received_, {}));
  std::optional<Terminal::Size> told;
  for (;;) {
    cancel.check();
    const auto size = terminal.size();
    if (size && size != told && resize(*size)) told = size;
    if (ends_input_ && unsent_.empty()) {
      ::shutdown(socket_.get(), SHUT_WR);
      ends_input_ = false;
    }
    std::array<pollfd, 2> ready{{{socket_.get(), POLLIN, 0}, {-1, POLLIN, 0}}};
    if (!unsent_.empty())
      ready[0].events |= POLLOUT;
    else if (has_input_)
      ready[1].fd = terminal.input();
    if (::poll(ready.data(), ready.size(), kTick) <= 0) continue;
    if ((ready[0].revents & ~POLLOUT) != 0) {
      const auto bytes = receive(cancel);
      if (bytes.empty()) return;
      output(bytes);
    }
    if ((ready[0].revents & POLLOUT) != 0) send_some();
    if (ready[1].revents != 0) take_input(terminal, size.has_value());
  }
}

}  // namespace pkgkiln::runtimes
