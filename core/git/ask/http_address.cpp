#include "core/git/ask/http_address.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::string_view kFirstRequest = "/info/refs?service=git-upload-pack";

bool is_plain_path(const std::string& path) {
  if (!path.empty() && !is_made_of(path, "/-._~+%@:!$&'()*,;=")) return false;
  for (const auto* odd : {"/../", "/./"})
    if ((path + "/").find(odd) != std::string::npos) return false;
  return true;
}

bool has_user(std::string_view url) {
  const auto begin = url.find("://") + 3;
  return url.substr(begin, url.find_first_of("/?#", begin) - begin).find('@') !=
         std::string_view::npos;
}

}  // namespace

std::optional<HttpAddress> http_address(const RemoteUrl& url) {
  const auto& location = url.location;
  if (!location.starts_with("http://") && !location.starts_with("https://")) return std::nullopt;
  const auto host = location.find("://") + 3;
  const auto path = std::min(location.find('/', host), location.size());
  HttpAddress address{lower_case(location.substr(0, path)), location.substr(path), {}};
  if (address.path.ends_with('/')) address.path.pop_back();
  if (!is_made_of(address.origin.substr(host), "-._:[]") || !is_plain_path(address.path))
    return std::nullopt;
  if (!url.password.empty())
    address.authorization = Secret("Basic " + base64(url.user + ":" + url.password));
  return address;
}

std::optional<HttpAddress> redirected(const HttpAddress& from, std::string_view to) {
  if (!to.ends_with(kFirstRequest)) return std::nullopt;
  to.remove_suffix(kFirstRequest.size());
  const auto url = to.starts_with('/') && !to.starts_with("//") ? from.origin + std::string(to)
                                                                : std::string(to);
  auto address = http_address({url, {}, {}, {}});
  if (!address || has_user(url)) return std::nullopt;
  if (from.is_encrypted() && !address->is_encrypted()) return std::nullopt;
  if (address->origin == from.origin) address->authorization = from.authorization;
  return address;
}

std::string host_of(const RemoteUrl& url) {
  const auto& location = url.location;
  const auto scheme = location.find("://");
  if (scheme != std::string::npos) {
    const auto end = location.find_first_of("/?#", scheme + 3);
    const auto authority = location.substr(scheme + 3, end - scheme - 3);
    return lower_case(location.substr(0, scheme + 3) + authority.substr(authority.find('@') + 1));
  }
  const auto colon = location.find(':');
  if (colon == std::string::npos || location.find('/') < colon) return "file://";
  const auto host = location.substr(0, colon);
  return "ssh://" + lower_case(host.substr(host.find('@') + 1));
}

}  // namespace pkgkiln::git
