#include "core/git/ask/http_address.hpp"

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/base/url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::string_view kFirstRequest = "/info/refs?service=git-upload-pack";

bool is_plain_path(const std::string& path) {
  if (!path.empty() && !is_made_of(path, "/-._~+%@:!$&'()*,;=")) return false;
  for (const auto* odd : {"/../", "/./"})
    if ((path + "/").find(odd) != std::string::npos) return false;
  return true;
}

}  // namespace

std::optional<HttpAddress> http_address(const RemoteUrl& remote) {
  const Url url(remote.location);
  if (url.scheme != "http://" && url.scheme != "https://") return std::nullopt;
  HttpAddress address{lower_case(url.origin()), std::string(url.path), {}};
  if (address.path.ends_with('/')) address.path.pop_back();
  if (!is_made_of(url.host, "-._:[]") || !is_plain_path(address.path) || !url.user.empty() ||
      !url.query.empty() || !url.fragment.empty())
    return std::nullopt;
  if (!remote.password.empty())
    address.authorization = Secret("Basic " + base64(remote.user + ":" + remote.password));
  return address;
}

std::optional<HttpAddress> redirected(const HttpAddress& from, std::string_view to) {
  if (!to.ends_with(kFirstRequest)) return std::nullopt;
  to.remove_suffix(kFirstRequest.size());
  const auto url = to.starts_with('/') && !to.starts_with("//") ? from.origin + std::string(to)
                                                                : std::string(to);
  auto address = http_address({url, {}, {}, {}});
  if (!address || (from.is_encrypted() && !address->is_encrypted())) return std::nullopt;
  if (address->origin == from.origin) address->authorization = from.authorization;
  return address;
}

std::string host_of(const RemoteUrl& remote) {
  const auto& location = remote.location;
  if (const Url url(location); !url.scheme.empty()) return lower_case(url.origin());
  const auto colon = location.find(':');
  if (colon == std::string::npos || location.find('/') < colon) return "file://";
  const auto host = location.substr(0, colon);
  return "ssh://" + lower_case(host.substr(host.find('@') + 1));
}

}  // namespace pkgkiln::git
