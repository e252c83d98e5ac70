#include "runtimes/shared/process_limits.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace pkgkiln::runtimes {

namespace {

/// The process that listens there; 0 when it can't be told.
pid_t server_of(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) return 0;
  std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return 0;
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return 0;
  return peer.pid;
}

/// The third column of the line that begins with `name`; nothing when it says "unlimited".
std::optional<std::uint64_t> hard_limit_in(std::string_view text, std::string_view name) {
  const auto line = text.find(name);
  if (line == std::string_view::npos) return std::nullopt;
  auto rest = text.substr(line + name.size());
  rest = rest.substr(0, rest.find('\n'));
  for (int column = 0;; ++column) {
    const auto begin = rest.find_first_not_of(' ');
    if (begin == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(begin);
    const auto word = rest.substr(0, rest.find(' '));
    if (column == 1) {
      std::uint64_t value = 0;
      const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
      if (failure != std::errc() || end != word.data() + word.size()) return std::nullopt;
      return value;
    }
    rest.remove_prefix(word.size());
  }
}

}  // namespace

ProcessLimits process_limits_of(const std::string& socket_path) {
  const pid_t server = server_of(socket_path);
  if (server > 0) {
    try {
      return process_limits_in(read_file("/proc/" + std::to_string(server) + "/limits"));
    } catch (const Error&) {  // another user's
    }
  }
  return process_limits_in(read_file("/proc/self/limits"));
}

ProcessLimits process_limits_in(std::string_view text) {
  return {hard_limit_in(text, "Max open files"), hard_limit_in(text, "Max processes")};
}

Limits lowered(Limits limits, const std::optional<std::uint64_t>& most,
               std::vector<std::string>& warnings) {
  if (!limits.open_files || !most || *limits.open_files <= *most) return limits;
  warnings.push_back(
      fmt::format("open files: {} instead of {}, the hard limit of the engine's user", *most,
                  *limits.open_files));
  limits.open_files = most;
  return limits;
}

Limits without(Limits limits, const std::vector<std::string>& names,
               std::vector<std::string>& warnings) {
  const auto drop = [&](const char* name, auto& limit) {
    if (!limit || std::ranges::find(names, name) == names.end()) return;
    limit.reset();
    warnings.push_back(fmt::format(
        "{}: not limited, since the engine's user has no such controller of cgroups", name));
  };
  drop("memory", limits.memory_bytes);
  drop("cpus", limits.cpus);
  drop("pids", limits.pids);
  return limits;
}

}  // namespace pkgkiln::runtimes
