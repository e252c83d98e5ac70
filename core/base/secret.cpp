#include "core/base/secret.hpp"

#include <algorithm>
#include <string_view>

#include "core/base/url.hpp"

namespace pkgkiln {

namespace {

constexpr const char* kStars = "***";

/// `parameter` is "key=value" or a lone value.
std::string hide_value(std::string_view parameter) {
  const auto equals = parameter.find('=');
  return std::string(parameter.substr(0, equals + 1)) + (parameter.empty() ? "" : kStars);
}

}  // namespace

PasswordMask::PasswordMask(const std::map<std::string, std::string>& variables) {
  for (const auto& [name, url] : variables) {
    // curl takes a proxy without a scheme too.
    const auto begin = Url(url).scheme.size();
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

std::string displayable_url(const std::string& text) {
  const Url url(text);
  // A password that ended the host too early, or one behind a scheme with a mistake in it.
  const bool is_misread = url.scheme.empty()
                              ? !text.starts_with('/') && text.find(':') < text.find('@')
                              : url.user.empty() && !url.has_possible_port();
  if (const auto at = text.rfind('@'); is_misread && at != std::string::npos)
    return displayable_url(std::string(url.scheme) + kStars + text.substr(at));
  std::string shown(url.scheme);
  if (!url.user.empty()) shown += std::string(kStars) + "@";
  shown.append(url.host).append(url.path);
  for (auto query = url.query; !query.empty();) {
    shown += query.front();
    query.remove_prefix(1);
    const auto parameter = query.substr(0, query.find('&'));
    shown += hide_value(parameter);
    query.remove_prefix(parameter.size());
  }
  return shown.append(url.fragment);
}

}  // namespace pkgkiln
