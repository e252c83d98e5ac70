#include "core/vieter/server_logs.hpp"

#include <algorithm>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/file.hpp"
#include "core/vieter/server.hpp"

namespace pkgkiln::vieter {

namespace {

constexpr std::uint64_t kLongest = 64U << 20U;
constexpr int kTimedOut = 124;  // as timeout(1) has it

int exit_code_of(const BuildRecord& build) {
  if (is_good(build.status) || build.status == Status::unpublished) return 0;
  if (build.status == Status::timed_out) return kTimedOut;
  return build.exit_code == 0 ? 1 : build.exit_code;
}

std::int64_t seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// The end of the file as it is now, whatever is appended meanwhile.
class Tail {
 public:
  explicit Tail(const std::filesystem::path& path)
      : file_(std::make_shared<UniqueFd>(::open(path.c_str(), O_RDONLY | O_CLOEXEC))) {
    struct stat status {};
    if (!*file_ || ::fstat(file_->get(), &status) != 0)
      throw_errno("cannot read '" + path.string() + "'");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    length_ = std::min(size, kLongest);
    begin_ = size - length_;
  }

  std::uint64_t length() const { return length_; }

  Source source() const {
    return [file = file_, at = begin_](char* buffer, std::size_t size) mutable -> std::size_t {
      const auto got = ::pread(file->get(), buffer, size, static_cast<off_t>(at));
      if (got < 0) throw_errno("cannot read a build log");
      at += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    };
  }

 private:
  std::shared_ptr<UniqueFd> file_;
  std::uint64_t begin_ = 0, length_ = 0;
};

}  // namespace

void ServerLogs::deliver(const Target& target, const BuildRecord& build) {
  if (target.vieter_id == 0 || build.log.empty() || server_.version() < Version::v0_3) return;
  const bool old = server_.version() < Version::v0_4;
  const auto start = std::max<std::int64_t>(1, seconds(build.started));
  auto request = server_.with_key(
      "POST", std::string(old ? "/api/logs" : "/api/v1/logs") +
                  net::query({{old ? "repo" : "target", std::to_string(target.vieter_id)},
                              {"startTime", std::to_string(start)},
                              {"endTime", std::to_string(std::max(start, seconds(build.finished)))},
                              {"arch", server_.settings().machine_arch},
                              {"exitCode", std::to_string(exit_code_of(build))}}));
  request.headers.emplace_back("Content-Type", "text/plain");
  const Tail log(build.log);
  request.length = log.length();
  server_.repeat([&] {
    request.stream = log.source();
    const auto answer = server_.send(request);
    server_.expect_final(request, answer);
    // Early releases of 0.3 keep no logs.
    if (answer.ok() || answer.status == 404) return;
    const auto error = server_.unexpected(request, answer);
    if (answer.status == 400) throw error_as<Undeliverable>(error);
    throw Error(error);
  });
}

}  // namespace pkgkiln::vieter
