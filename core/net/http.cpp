#include "core/net/http.hpp"

#include "core/base/secret.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::net {

std::string Endpoint::display() const {
  return unix_socket.empty() ? displayable_url(origin) : "unix://" + unix_socket;
}

std::string_view Response::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (lower_case(key) == lower_case(name)) return value;
  return {};
}

std::string escape(std::string_view segment) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string text;
  for (const char c : segment) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_alphanumeric(c) || std::string_view("-._~").find(c) != std::string_view::npos)
      text += c;
    else
      text.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return text;
}

std::string query(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string text;
  for (const auto& [key, value] : pairs)
    text += (text.empty() ? '?' : '&') + escape(key) + '=' + escape(value);
  return text;
}

Response Client::send(const Request& request, const Cancellation& cancel, std::uint64_t limit) {
  std::string body;
  const auto keep = [&](std::string_view bytes) {
    if (bytes.size() > limit - body.size())
      throw TransportError(TransportError::Kind::too_large, true,
                           "the answer of " + endpoint_.display() + " is longer than " +
                               std::to_string(limit) + " bytes");
    body.append(bytes);
  };
  Response response = stream(request, keep, cancel);
  if (response.ok()) response.body = std::move(body);
  return response;
}

}  // namespace pkgkiln::net
