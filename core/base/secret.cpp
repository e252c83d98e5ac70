#include "core/base/secret.hpp"

#include <algorithm>
#include <string_view>

namespace pkgkiln {

namespace {

constexpr const char* kStars = "***";

bool has_impossible_port(std::string_view authority) {
  const auto colon = authority.rfind(':');
  return colon != std::string_view::npos && !authority.ends_with(']') &&
         authority.find_first_not_of("0123456789", colon + 1) != std::string_view::npos;
}

/// A password with an unescaped '/', '?' or '#' in it ends the authority too early: what looks
/// like a port then isn't one, and the last '@' is taken for the end of the user part.
std::string hide_user(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto begin = scheme + 3;
  const auto authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  auto at = authority.rfind('@');
  if (at == std::string::npos && has_impossible_port(authority)) at = url.substr(begin).rfind('@');
  if (at == std::string::npos) return url;
  return url.substr(0, begin) + kStars + url.substr(begin + at);
}

/// `parameter` is "key=value" or a lone value.
std::string hide_value(const std::string& parameter) {
  if (parameter.empty()) return parameter;
  const auto equals = parameter.find('=');
  return equals == std::string::npos ? kStars : parameter.substr(0, equals + 1) + kStars;
}

}  // namespace

PasswordMask::PasswordMask(const std::map<std::string, std::string>& variables) {
  for (const auto& [name, url] : variables) {
    // curl takes a proxy without a scheme too.
    const auto begin = url.find("://") == std::string::npos ? 0 : url.find("://") + 3;
    const auto at = url.rfind('@');
    if (at != std::string::npos && at > begin) secrets_.push_back(url.substr(begin, at - begin));
  }
}

std::string PasswordMask::pass(std::string_view text) {
  if (secrets_.empty()) return std::string(text);
  auto all = std::exchange(kept_, {}) + std::string(text);
  std::size_t keep = 0;
  for (const auto& secret : secrets_) {
    for (auto at = all.find(secret); at != std::string::npos; at = all.find(secret, at + 1))
      all.replace(at, secret.size(), kStars);
    for (auto length = std::min(secret.size() - 1, all.size()); length > keep; --length)
      if (all.ends_with(secret.substr(0, length))) keep = length;
  }
  kept_ = all.substr(all.size() - keep);
  all.resize(all.size() - keep);
  return all;
}

std::string displayable_url(const std::string& url) {
  const std::string shown = hide_user(url);
  const auto question = shown.find('?');
  const auto end = std::min(shown.find('#'), shown.size());
  if (question >= end) return shown;
  std::string text = shown.substr(0, question);
  for (auto at = question; at < end;) {
    const auto next = std::min(shown.find('&', at + 1), end);
    text += shown[at] + hide_value(shown.substr(at + 1, next - at - 1));
    at = next;
  }
  return text + shown.substr(end);
}

}  // namespace pkgkiln
