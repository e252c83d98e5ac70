#include "core/vieter/upload.hpp"

#include <chrono>

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

/// A server unpacks and hashes what it got before it answers.
constexpr std::chrono::minutes kLongestSilence{5};

bool says(const net::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

net::TryLater later(const Error& error) {
  net::TryLater result(error.what_failed());
  for (const auto& cause : error.causes()) result.because(cause);
  return result;
}

void judge(Server::Connection& connection, const net::Request& request, net::Response response) {
  if (says(response, kThere)) return;
  if (response.status == 401 || (response.ok() && says(response, kUnauthorized))) {
    response.status = 401;
    throw connection.unexpected(request, response);
  }
  for (const auto text : kFailures)
    if (says(response, text)) throw later(connection.unexpected(request, response));
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
  request.stream = file_source(package.path);
  request.length = package.size;
  request.idle_timeout = kLongestSilence;
  judge(connection, request, connection.send(request));
}

}  // namespace pkgkiln::vieter
