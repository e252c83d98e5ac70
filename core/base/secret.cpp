#include "core/base/secret.hpp"

namespace pkgkiln {

namespace {

std::string hide_user(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto begin = scheme + 3;
  const auto end = url.find_first_of("/?#", begin);
  const auto at = url.substr(0, end).rfind('@');
  if (at == std::string::npos || at < begin) return url;
  return url.substr(0, begin) + "***" + url.substr(at);
}

}  // namespace

std::string displayable_url(const std::string& url) {
  const std::string shown = hide_user(url);
  const auto question = shown.find('?');
  if (question == std::string::npos) return shown;
  std::string text = shown.substr(0, question);
  bool in_value = false;
  for (const char c : shown.substr(question)) {
    if (c == '&' || c == '#') in_value = false;
    if (!in_value) text += c;
    if (c == '=' && !in_value) {
      text += "***";
      in_value = true;
    }
  }
  return text;
}

}  // namespace pkgkiln
