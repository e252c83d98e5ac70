#include "core/vieter/upload.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "core/base/file.hpp"
#include "core/base/printable.hpp"
#include "core/publish/repository.hpp"

namespace pkgkiln::vieter {

namespace {

// All that the seed says, always with status 200; 0.2 and 0.3 say the first two as well.
constexpr std::string_view kAdded = "Package added successfully.";
constexpr std::string_view kThere = "File already exists.";
constexpr std::string_view kFailures[] = {"Failed to add package.", "Failed to upload file."};
constexpr std::string_view kUnauthorized = "Unauthorized.";
constexpr std::string_view kNoLength = "Content-Type header isn't set.";
// In 0.4 and later; "api" in any case of letters.
constexpr std::string_view kReserved = "reserved";

/// A connection that breaks after this part of the longest silence was waiting for a server at
/// work; one that breaks at once was cut.
constexpr int kAtWork = 30;
constexpr int kGatewayTimeout = 504;

using Clock = std::chrono::steady_clock;

/// The body of an upload, and when the last of it went.
class Body {
 public:
  explicit Body(const pacman::PackageArchive& package)
      : source_(file_source(package.path)), left_(package.size) {}

  std::size_t operator()(char* buffer, std::size_t size) {
    const auto got = source_(buffer, size);
    left_ -= std::min<std::uint64_t>(left_, got);
    if (left_ == 0 && !gone_) gone_ = Clock::now();
    return got;
  }
  bool is_gone() const { return gone_.has_value(); }
  bool is_gone_for(std::chrono::milliseconds time) const {
    return gone_ && Clock::now() - *gone_ >= time;
  }

 private:
  Source source_;
  std::uint64_t left_;
  std::optional<Clock::time_point> gone_;
};

bool says(const net::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

/// The same failure as another kind; what to do about that is another thing too.
template <class Kind>
Kind as(const Error& error) {
  Kind result(error.what_failed());
  for (const auto& cause : error.causes()) result.because(cause);
  return result;
}

void judge(Server::Connection& connection, const net::Request& request, net::Response response) {
  if (says(response, kThere)) return;
  if (response.status == 401 || (response.ok() && says(response, kUnauthorized))) {
    response.status = 401;
    throw connection.unexpected(request, response);
  }
  if (response.status == 400 && says(response, kReserved))
    throw as<Unpublishable>(connection.unexpected(request, response))
        .advise("give the repository another name");
  for (const auto text : kFailures)
    if (says(response, text)) throw as<net::TryLater>(connection.unexpected(request, response));
  connection.expect_final(request, response);
  if (response.ok() && !says(response, kNoLength) &&
      (connection.version() >= Version::v0_4 || says(response, kAdded)))
    return;
  throw connection.unexpected(request, response);
}

}  // namespace

void upload(Server::Connection& connection, const std::string& route,
            const pacman::PackageArchive& package) {
  auto request = connection.with_key("POST", route);
  request.headers.emplace_back("Content-Type", "application/octet-stream");
  const auto body = std::make_shared<Body>(package);
  request.stream = [body](char* buffer, std::size_t size) { return (*body)(buffer, size); };
  request.length = package.size;
  const auto silence = connection.settings().longest_silence;
  request.idle_timeout = silence;
  try {
    auto response = connection.send(request);
    if (response.status == kGatewayTimeout && body->is_gone())
      throw as<Unanswered>(connection.unexpected(request, response));
    judge(connection, request, std::move(response));
  } catch (const net::TransportError& error) {
    if (!body->is_gone_for(silence / kAtWork)) throw;
    throw as<Unanswered>(error);
  }
}

}  // namespace pkgkiln::vieter
