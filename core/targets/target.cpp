#include "core/targets/target.hpp"

#include <algorithm>
#include <sys/utsname.h>

#include "core/base/text.hpp"
#include "core/base/url.hpp"

namespace pkgkiln {

namespace {

constexpr std::string_view kMarks = "@._+-";

std::string_view without_trailing_slashes(std::string_view text) {
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

/// What a URL points at on its server: neither scheme and host nor query and fragment.
std::string_view path_of_url(std::string_view text) {
  if (const Url url(text); !url.scheme.empty()) return url.path;
  const auto colon = text.find(':');  // user@host:path
  return colon < text.find('/') ? text.substr(colon + 1) : text;
}

std::string_view last_component(std::string_view path) {
  path = without_trailing_slashes(path);
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view directory_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string made_to_fit(std::string_view text) {
  std::string name;
  for (const char c : lower_case(text)) {
    const char fitting = is_made_of({&c, 1}, kMarks) ? c : '-';
    if (name.empty() && (fitting == '-' || fitting == '.')) continue;
    if (name.size() < kLongestTargetName) name += fitting;
  }
  return name;
}

}  // namespace

const char* word(Checkout checkout) {
  if (checkout == Checkout::clone) return "clone";
  return checkout == Checkout::directory ? "directory" : "repository";
}

std::optional<Checkout> checkout_of(std::string_view text) {
  for (const auto checkout : {Checkout::directory, Checkout::repository, Checkout::clone})
    if (text == word(checkout)) return checkout;
  return std::nullopt;
}

bool Target::builds_on(std::string_view machine_arch) const {
  if (arch.empty()) return true;
  return std::any_of(arch.begin(), arch.end(), [&](const std::string& entry) {
    return entry == "any" || entry == machine_arch;
  });
}

std::string default_target_name(TargetKind kind, std::string_view url, std::string_view path) {
  if (kind == TargetKind::url) return made_to_fit(last_component(directory_of(path_of_url(url))));
  if (const auto directory = last_component(path); !directory.empty())
    return made_to_fit(directory);
  auto repository = last_component(path_of_url(url));
  if (repository.ends_with(".git")) repository.remove_suffix(4);
  return made_to_fit(repository);
}

bool is_target_name(std::string_view text) {
  return text.size() <= kLongestTargetName && is_made_of(text, kMarks) &&
         text == lower_case(text) && text.front() != '.' && text.front() != '-';
}

std::string machine_arch() {
  utsname names{};
  if (::uname(&names) != 0) return {};
  const std::string machine = names.machine;
  if (machine == "armv7l") return "armv7h";
  if (machine == "armv6l") return "armv6h";
  return machine;
}

}  // namespace pkgkiln
