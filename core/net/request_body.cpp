#include "core/net/request_body.hpp"

#include <algorithm>

#include "core/base/error.hpp"

namespace pkgkiln::net {

bool carries_body(const Request& request) {
  return !request.text.empty() || request.stream || request.method == "POST" ||
         request.method == "PUT" || request.method == "PATCH";
}

Source body_stream(const Request& request, const std::string& peer) {
  if (!request.length) return request.stream;
  return [stream = request.stream, left = *request.length, peer](char* buffer,
                                                                 std::size_t size) mutable {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, left));
    if (wanted == 0) return wanted;
    const std::size_t given = stream(buffer, wanted);
    if (given == 0)
      throw Error("the body of the request to " + peer + " ended early")
          .because(std::to_string(left) + " bytes of it are missing");
    left -= given;
    return given;
  };
}

}  // namespace pkgkiln::net
