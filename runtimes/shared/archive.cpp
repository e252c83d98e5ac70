#include "runtimes/shared/archive.hpp"

#include <fmt/format.h>

#include "runtimes/shared/engine_json.hpp"

namespace pkgkiln::runtimes {

namespace {

// Unpacking on a slow disk, or the first file of a big directory, may take a while.
constexpr std::chrono::minutes kIdle{5};

std::string archive_of(const std::string& container, const net::Headers& parameters) {
  return "/containers/" + net::escape(container) + "/archive" + net::query(parameters);
}

}  // namespace

void copy_in(const EngineClient& client, const std::string& container, const std::string& path,
             const Source& tar, const Cancellation& cancel) {
  const std::string doing =
      fmt::format("cannot copy into '{}' of the container '{}'", path, container);
  net::Request look;
  look.method = "HEAD";
  look.target = archive_of(container, {{"path", path}});
  client.require(doing, look, cancel);

  net::Request put;
  put.method = "PUT";
  // Docker keeps the owners of the tar by default; libpod only so, whatever the name suggests.
  put.target = archive_of(container, {{"path", path}, {"copyUIDGID", "false"}});
  put.headers = {{"Content-Type", "application/x-tar"}};
  put.stream = tar;
  put.idle_timeout = kIdle;
  client.require(doing, put, cancel);
}

void copy_out(const EngineClient& client, const std::string& container, const std::string& path,
              const Sink& tar, const Cancellation& cancel) {
  auto request = get(archive_of(container, {{"path", path}}));
  request.idle_timeout = kIdle;
  client.stream(fmt::format("cannot copy '{}' out of the container '{}'", path, container), request,
                tar, cancel);
}

}  // namespace pkgkiln::runtimes
