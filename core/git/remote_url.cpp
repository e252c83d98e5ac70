#include "core/git/remote_url.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/base/url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::array<std::string_view, 5> kSchemes = {"http://", "https://", "ssh://", "git://",
                                                      "file://"};
constexpr std::string_view kFirstRequest = "/info/refs?service=git-upload-pack";

[[noreturn]] void refuse(const std::string& url, std::string why) {
  throw Error("cannot use '" + printable(displayable_url(url)) + "' as the URL of a Git repository")
      .because(std::move(why))
      .advise("use an http, https, ssh, git or file URL, or a path");
}

/// "ext::sh -c …": a name of a remote helper before "::".
bool names_helper(std::string_view url) {
  const auto name = url.substr(0, url.find("::"));
  return name != url && is_made_of(name, "-+.");
}

std::string decoded(const std::string& url, std::string_view text) {
  auto result = percent_decoded(text);
  if (!result)
    refuse(url, "its user part holds a control character, or a '%' without two hex digits");
  return *std::move(result);
}

bool is_plain_path(const std::string& path) {
  if (!path.empty() && !is_made_of(path, "/-._~+%@:!$&'()*,;=")) return false;
  for (const auto* odd : {"/../", "/./"})
    if ((path + "/").find(odd) != std::string::npos) return false;
  return true;
}

}  // namespace

RemoteUrl parse_remote_url(const std::string& url) {
  if (url.empty()) refuse(url, "it is empty");
  if (url.front() == '-') refuse(url, "it begins with '-'");
  if (has_control_characters(url)) refuse(url, "it holds control characters");
  if (names_helper(url)) refuse(url, "remote helpers ('name::address') are not allowed");
  const Url parts(url);
  RemoteUrl remote{url, {}, {}, {}};
  if (parts.scheme.empty()) return remote;
  if (std::ranges::find(kSchemes, parts.scheme) == kSchemes.end())
    refuse(url, "'" + std::string(parts.scheme) + "' is not one of the schemes allowed");
  if (parts.user.empty()) {
    // Maybe a password that holds a '/': then what looks like the port is its beginning.
    if (!parts.has_possible_port())
      refuse(url, "its port is not a number; in a password, write '/' as %2F, '?' as %3F");
    return remote;
  }
  auto password = parts.user.substr(0, parts.user.size() - 1);
  const auto user = take_until(password, ':');
  if (!parts.scheme.starts_with("http")) {
    if (parts.user.find(':') != std::string_view::npos)
      refuse(url, "only http and https take a password in it");
    return remote;
  }
  remote.origin = parts.origin();
  remote.location =
      remote.origin + url.substr(parts.scheme.size() + parts.user.size() + parts.host.size());
  remote.user = decoded(url, user);
  remote.password = decoded(url, password);
  return remote;
}

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

bool is_branch_name(const std::string& text) {
  if (text.empty() || text.size() > 255 || text.front() == '-' || text.front() == '/') return false;
  if (text.back() == '/' || text.back() == '.' || text == "@") return false;
  if (text.find_first_of(" ~^:?*[\\") != std::string::npos) return false;
  if (has_control_characters(text)) return false;
  for (const auto* forbidden : {"..", "//", "@{", "/.", ".lock/"})
    if (text.find(forbidden) != std::string::npos) return false;
  return text.front() != '.' && !text.ends_with(".lock");
}

bool is_object_id(const std::string& text) {
  return (text.size() == 40 || text.size() == 64) && is_hex(text);
}

}  // namespace pkgkiln::git
