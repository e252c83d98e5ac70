#include "core/git/remote_url.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::array<std::string_view, 5> kSchemes = {"http", "https", "ssh", "git", "file"};

[[noreturn]] void refuse(const std::string& url, std::string why) {
  throw Error("cannot use '" + printable(displayable_url(url)) + "' as the URL of a Git repository")
      .because(std::move(why))
      .advise("use an http, https, ssh, git or file URL, or a path");
}

/// The scheme before "://", or nothing for a path or for "host:path".
std::string_view scheme_of(std::string_view url) {
  const auto end = url.find("://");
  return end == std::string_view::npos ? std::string_view{} : url.substr(0, end);
}

/// "ext::sh -c …": a name of a remote helper before "::".
bool names_helper(std::string_view url) {
  const auto name = url.substr(0, url.find("::"));
  return name != url && is_made_of(name, "-+.");
}

bool has_possible_port(std::string_view authority) {
  const auto colon = authority.rfind(':');
  return colon == std::string_view::npos || authority.ends_with(']') ||
         authority.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
}

std::string decoded(const std::string& url, std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      unsigned int value = 0;
      const char* begin = text.data() + i + 1;
      const char* end = text.data() + std::min(i + 3, text.size());
      if (std::from_chars(begin, end, value, 16).ptr != begin + 2)
        refuse(url, "a '%' in its user part is not followed by two hex digits");
      c = static_cast<char>(value);
      i += 2;
    }
    if (is_control(c)) refuse(url, "its user part holds a control character");
    result += c;
  }
  return result;
}

}  // namespace

RemoteUrl parse_remote_url(const std::string& url) {
  if (url.empty()) refuse(url, "it is empty");
  if (url.front() == '-') refuse(url, "it begins with '-'");
  if (has_control_characters(url)) refuse(url, "it holds control characters");
  if (names_helper(url)) refuse(url, "remote helpers ('name::address') are not allowed");
  const std::string scheme(scheme_of(url));
  RemoteUrl remote{url, {}, {}, {}};
  if (scheme.empty()) return remote;
  if (std::find(kSchemes.begin(), kSchemes.end(), scheme) == kSchemes.end())
    refuse(url, "'" + scheme + "' is not one of the schemes allowed");

  const auto begin = scheme.size() + 3;
  const auto end = std::min(url.find_first_of("/?#", begin), url.size());
  const auto at = url.substr(0, end).rfind('@');
  if (at == std::string::npos || at < begin) {
    // Maybe a password that holds a '/': then what looks like the port is its beginning.
    if (!has_possible_port(std::string_view(url).substr(begin, end - begin)))
      refuse(url, "its port is not a number; in a password, write '/' as %2F, '?' as %3F");
    return remote;
  }
  const auto user_part = std::string_view(url).substr(begin, at - begin);
  const auto colon = user_part.find(':');
  if (!scheme.starts_with("http")) {
    if (colon != std::string_view::npos) refuse(url, "only http and https take a password in it");
    return remote;
  }
  remote.location = url.substr(0, begin) + url.substr(at + 1);
  remote.origin = url.substr(0, begin) + url.substr(at + 1, end - at - 1);
  remote.user = decoded(url, user_part.substr(0, colon));
  if (colon != std::string_view::npos) remote.password = decoded(url, user_part.substr(colon + 1));
  return remote;
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
