#include "core/targets/target_checks.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "core/base/text.hpp"
#include "core/git/remote_url.hpp"
#include "core/package/package_name.hpp"
#include "core/targets/target.hpp"

// A URL reaches the command line of git and, for ssh, that of ssh too: nothing in it may pass for
// an option, and no helper program may be named by it (gitremote-helpers(7)).
namespace pkgkiln {

namespace {

constexpr const char* forms =
    "an https, http, ssh, git or file URL, \"user@host:path\", or a path such as \"~/pkgbuilds\"";

/// [user@]host[:port], neither user nor host beginning like an option.
bool is_authority(std::string_view text) {
  const auto at = text.rfind('@');
  if (at != std::string_view::npos) {
    if (at == 0 || text.front() == '-') return false;
    text.remove_prefix(at + 1);
  }
  return !text.empty() && (is_alphanumeric(text.front()) || text.front() == '[');
}

bool is_scp_like(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon > text.find('/')) return false;
  const auto login = text.substr(0, colon);
  const auto path = text.substr(colon + 1);
  return login.find('@') != std::string_view::npos && is_authority(login) && !path.empty() &&
         path.front() != '-';
}

bool has_good_authority(std::string_view scheme, std::string_view rest) {
  if (scheme == "file") return rest.size() > 1 && rest.front() == '/';
  return is_authority(rest.substr(0, rest.find_first_of("/?#")));
}

std::string unless(bool fine, std::string expected) {
  return fine ? std::string() : std::move(expected);
}

}  // namespace

std::string check_target_url(std::string& text) {
  constexpr std::array<std::string_view, 5> schemes{"https", "http", "ssh", "git", "file"};
  const std::string_view url = text;
  if (url.empty()) return forms;
  if (url.front() == '-') return "a URL that does not begin with \"-\"";
  if (url.front() == '/') return unless(!has_control_characters(url), "a path of one line");
  if (std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7F; }))
    return "a URL without white space and control characters";
  const auto colon = url.find(':');
  const auto helper = url.substr(0, colon);
  if (url.substr(helper.size()).starts_with("::") &&
      helper.find_first_of("/@") == std::string_view::npos)
    return "a URL that names no remote helper (\"" + std::string(helper) + "::\" is refused)";
  if (!url.substr(helper.size()).starts_with("://")) return is_scp_like(url) ? "" : forms;
  const bool known = std::find(schemes.begin(), schemes.end(), helper) != schemes.end();
  return known && has_good_authority(helper, url.substr(colon + 3)) ? "" : forms;
}

bool is_download_url(std::string_view url) {
  return url.starts_with("https://") || url.starts_with("http://") || url.starts_with("file://");
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
  return unless(git::is_branch_name(text) && text != "HEAD", "a branch name");
}

std::string check_directory(std::string& text) {
  constexpr const char* expected = "a directory inside the repository such as \"packages/foo\"";
  if (text.starts_with('/') || has_control_characters(text)) return expected;
  std::string normal;
  for (std::string_view left = text; !left.empty();) {
    const std::string component(take_until(left, '/'));
    if (component == "..") return expected;
    if (!component.empty() && component != ".") normal += (normal.empty() ? "" : "/") + component;
  }
  text = normal;
  return {};
}

std::string check_excluded(std::string& text) {
  auto expected = check_directory(text);
  return !expected.empty() || !text.empty() ? expected : "a directory below the root, or a pattern";
}

std::string check_arch(std::string& text) {
  return unless(pacman::is_arch(text), "an architecture such as \"x86_64\"");
}

std::string check_package_name(std::string& text) {
  return unless(pacman::is_package_name(text), "the name of a package such as \"sudo\"");
}

}  // namespace pkgkiln
