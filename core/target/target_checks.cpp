#include "core/target/target_checks.hpp"

#include <algorithm>
#include <string_view>

#include "core/base/characters.hpp"
#include "core/pacman/package_name.hpp"
#include "core/target/target.hpp"

namespace pkgkiln {

namespace {

std::string unless(bool fine, std::string expected) {
  return fine ? std::string() : std::move(expected);
}

}  // namespace

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

std::string check_package_name(std::string& text) {
  return unless(pacman::is_package_name(text), "the name of a package such as \"sudo\"");
}

}  // namespace pkgkiln
