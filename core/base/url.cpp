#include "core/base/url.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace pkgkiln {

namespace {

std::string_view take(std::string_view& text, std::size_t size) {
  const auto taken = text.substr(0, size);
  text.remove_prefix(taken.size());
  return taken;
}

}  // namespace

Url::Url(std::string_view text) {
  const auto end = text.find("://");
  if (end != std::string_view::npos && is_made_of(text.substr(0, end), "+-.")) {
    scheme = take(text, end + 3);
    host = take(text, text.find_first_of("/?#"));
    user = take(host, host.rfind('@') + 1);
  }
  path = take(text, text.find_first_of("?#"));
  query = take(text, text.find('#'));
  fragment = text;
}

std::string_view Url::host_name() const {
  return host.ends_with(']') ? host : host.substr(0, host.rfind(':'));
}

bool Url::has_possible_port() const {
  const auto port = host.substr(host_name().size());
  return std::ranges::all_of(port.substr(port.empty() ? 0 : 1), is_digit);
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  while (!text.empty()) {
    char c = take(text, 1).front();
    if (c == '%') {
      const auto digits = lower_case(take(text, 2));
      if (digits.size() != 2 || !is_hex(digits)) return std::nullopt;
      c = static_cast<char>(std::stoi(digits, nullptr, 16));
      if (is_control(c)) return std::nullopt;
    }
    decoded += c;
  }
  return decoded;
}

}  // namespace pkgkiln
