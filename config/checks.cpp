#include "config/checks.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <string_view>

#include "core/base/error.hpp"
#include "core/pacman/package_name.hpp"
#include "core/runtime/image_ref.hpp"
#include "core/target/target.hpp"

namespace pkgkiln::config {

namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_made_of(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

bool is_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

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
  return unless(text.starts_with("unix:///") && text.size() > 8 && is_line(text),
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

std::string check_line(std::string& text) {
  return unless(!text.empty() && is_line(text), "one line of printable text");
}

std::string check_server(std::string& text) {
  while (text.ends_with('/')) text.pop_back();
  const std::string_view rest = std::string_view(text).substr(
      std::min(text.size(), text.starts_with("https://")  ? std::size_t{8}
                            : text.starts_with("http://") ? 7
                                                          : text.size()));
  const bool fine = !rest.empty() && is_alphanumeric(rest.front() == '[' ? '0' : rest.front()) &&
                    is_line(text) && text.find_first_of(" ?#@\\") == std::string::npos;
  return unless(fine, "a server's address such as \"https://vieter.example.com\"");
}

std::string check_repository_name(std::string& text) {
  if (text == "local" || text == "options")
    return "another name (pacman keeps \"" + text + "\" for itself)";
  return unless(
      text.size() <= 128 && is_made_of(text, "@._+-") && text.front() != '-' && text.front() != '.',
      "a name of letters, digits and @._+- that does not begin with . or -");
}

std::string check_target_name(std::string& text) {
  return unless(is_target_name(text),
                "a name of lower-case letters, digits and @._+- that does not begin with . or -, "
                "at most 128 bytes");
}

std::string check_branch(std::string& text) {
  const auto contains = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  const auto component = "/" + text + "/";
  const bool fine =
      !text.empty() && is_line(text) && text.front() != '-' && text != "@" && text != "HEAD" &&
      text.find_first_of(" ~^:?*[\\") == std::string::npos && !contains("..") && !contains("@{") &&
      !text.ends_with('.') && component.find("//") == std::string::npos &&
      component.find("/.") == std::string::npos && component.find(".lock/") == std::string::npos;
  return unless(fine, "a branch name");
}

std::string check_directory(std::string& text) {
  constexpr const char* expected = "a directory inside the repository such as \"packages/foo\"";
  if (text.starts_with('/') || !is_line(text)) return expected;
  std::string normal;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('/', begin), text.size());
    const auto component = text.substr(begin, end - begin);
    if (component == "..") return expected;
    if (!component.empty() && component != ".") normal += (normal.empty() ? "" : "/") + component;
    begin = end + 1;
  }
  text = normal;
  return {};
}

std::string check_arch(std::string& text) {
  return unless(pacman::is_arch(text), "an architecture such as \"x86_64\"");
}

}  // namespace pkgkiln::config
