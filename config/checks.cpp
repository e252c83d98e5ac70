#include "config/checks.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/base/url.hpp"
#include "core/notify/change.hpp"
#include "core/package/package_name.hpp"
#include "core/runtime/image_ref.hpp"
#include "core/schedule/schedule.hpp"
#include "core/trust/rules.hpp"

namespace pkgkiln::config {

namespace {

bool is_host_name(std::string_view text) {
  return is_made_of(text, ".-_") && text.front() != '-' && text.front() != '.';
}

bool is_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> parsed{};
  return text == "host-gateway" || ::inet_pton(AF_INET, text.c_str(), parsed.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), parsed.data()) == 1;
}

std::string unless(bool fine, std::string expected) {
  return fine ? std::string() : std::move(expected);
}

}  // namespace

std::string check_runtime_kind(std::string& text) {
  return unless(text == "auto" || text == "podman" || text == "docker",
                R"("auto", "podman" or "docker")");
}

std::string check_socket(std::string& text) {
  constexpr std::string_view scheme = "unix://";
  const auto colon = text.find("://");
  if (colon != std::string::npos && !text.starts_with(scheme))
    return "a Unix socket such as \"unix:///run/podman/podman.sock\" (" + text.substr(0, colon) +
           ":// is not supported)";
  return unless(text.starts_with("unix:///") && text.size() > 8 && !has_control_characters(text),
                "a Unix socket such as \"unix:///run/podman/podman.sock\"");
}

std::string check_add_host(std::string& text) {
  const auto colon = text.find(':');
  return unless(colon != std::string::npos && is_host_name(text.substr(0, colon)) &&
                    is_address(text.substr(colon + 1)),
                R"("NAME:ADDRESS", the address being IPv4, IPv6 or "host-gateway")");
}

std::string check_image(std::string& text) {
  try {
    ImageRef::parse(text);
    return {};
  } catch (const UsageError&) {
    return "an image reference such as \"docker.io/library/archlinux:latest\"";
  }
}

std::string check_dependency(std::string& text) {
  return unless(pacman::is_dependency(text), "a package name such as \"ccache\"");
}

std::string check_provider(std::string& text) {
  const auto equals = text.find('=');
  return unless(equals != std::string::npos && pacman::is_package_name(text.substr(0, equals)) &&
                    pacman::is_package_name(text.substr(equals + 1)),
                "\"DEPENDENCY=PACKAGE\", such as \"java-environment=jdk-bin\"");
}

std::string check_line(std::string& text) {
  return unless(!text.empty() && !has_control_characters(text), "one line of printable text");
}

std::string check_trust(std::string& text) {
  return unless(trust::level_of(text).has_value(), R"("recipe", "maintainer" or "own")");
}

std::string check_allowed(std::string& text) {
  const auto rule = trust::rule_of(text);
  if (rule && !trust::may_be_allowed(*rule)) return "a rule that may be allowed";
  return unless(rule.has_value(), R"(a rule such as "source-path")");
}

std::string check_first(std::string& text) {
  return unless(text == "hold" || text == "accept", R"("hold" or "accept")");
}

std::string check_commits(std::string& text) {
  return unless(text == "check" || text == "any", R"("check" or "any")");
}

std::string check_schedule(std::string& text) {
  try {
    text = Schedule::parse(text).text();
    return {};
  } catch (const Error& error) {
    return std::string("a schedule such as \"0 3 * * *\" or \"@daily\" (") + error.what() + ")";
  }
}

std::string check_change(std::string& text) {
  return unless(change_kind_of(text).has_value(), R"("failed", "fixed", "held" or "published")");
}

std::string check_mail_address(std::string& text) {
  return unless(is_made_of(text, "@._+-=") && text.front() != '-',
                "an address such as \"ada@example.com\"");
}

std::string check_web_url(std::string& text) {
  const Url url(text);
  return unless((url.scheme == "https://" || url.scheme == "http://") && !url.host.empty() &&
                    !has_control_characters(text) && text.find(' ') == std::string::npos,
                "a URL such as \"https://hooks.example.com/1a2b3c\"");
}

std::string check_topic(std::string& text) {
  const Url url(text);
  const bool is_topic = is_made_of(url.path.substr(url.path.rfind('/') + 1), "_-");
  return unless(check_web_url(text).empty() && is_topic && url.query.empty(),
                "a topic's URL such as \"https://ntfy.sh/my-packages\"");
}

std::string check_room(std::string& text) {
  return unless(text.starts_with('!') && check_line(text).empty(),
                "a room's id such as \"!abcdef:example.com\"");
}

std::string check_signing_key(std::string& text) {
  auto digits = lower_case(text);
  std::erase(digits, ' ');
  if (digits.starts_with("0x")) digits.erase(0, 2);
  if (is_hex(digits) && digits.size() >= 16) {
    std::transform(digits.begin(), digits.end(), digits.begin(),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
    text = digits;
  }
  return check_line(text);
}

std::string check_proxy(std::string& text) {
  static constexpr std::array<std::string_view, 7> schemes = {
      "http://", "https://", "socks4://", "socks4a://", "socks5://", "socks5h://", "socks://"};
  const bool url = std::any_of(schemes.begin(), schemes.end(), [&](std::string_view scheme) {
    return text.starts_with(scheme) && text.size() > scheme.size();
  });
  return unless(text == "none" ||
                    (url && !has_control_characters(text) && text.find(' ') == std::string::npos),
                R"(a proxy such as "http://192.0.2.7:3128", or "none")");
}

std::string check_server(std::string& text) {
  while (text.ends_with('/')) text.pop_back();
  const std::string_view rest = std::string_view(text).substr(
      std::min(text.size(), text.starts_with("https://")  ? std::size_t{8}
                            : text.starts_with("http://") ? 7
                                                          : text.size()));
  const bool fine = !rest.empty() && is_alphanumeric(rest.front() == '[' ? '0' : rest.front()) &&
                    !has_control_characters(text) &&
                    text.find_first_of(" ?#@\\") == std::string::npos;
  return unless(fine, "a server's address such as \"https://vieter.example.com\"");
}

}  // namespace pkgkiln::config
