#include "core/runtime/image_ref.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "core/base/text.hpp"

namespace pkgkiln {

namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestTag = 128;
constexpr std::size_t kShownText = 80;

bool lower_or_digit(char c) {
  return is_alphanumeric(c) && c == lower_case(c);
}

UsageError invalid(std::string_view text, const std::string& why) {
  return UsageError("'" + printable(text, kShownText) + "' is no image reference")
      .because(why)
      .advise(
          "write it as registry/repository:tag, for example docker.io/library/archlinux:latest");
}

/// [a-z0-9]+ parts, joined by one dot, one or two underscores, or any number of dashes.
bool valid_component(std::string_view part) {
  if (part.empty() || !lower_or_digit(part.front()) || !lower_or_digit(part.back())) return false;
  for (std::size_t i = 0; i < part.size();) {
    if (lower_or_digit(part[i])) {
      ++i;
      continue;
    }
    const auto end = std::min(part.find_first_not_of(part[i], i), part.size());
    const auto run = end - i;
    if ((part[i] == '.' && run > 1) || (part[i] == '_' && run > 2) ||
        std::string_view("._-").find(part[i]) == std::string_view::npos ||
        !lower_or_digit(part[end]))
      return false;
    i = end;
  }
  return true;
}

bool valid_repository(std::string_view repository) {
  for (;;) {
    const auto slash = repository.find('/');
    if (!valid_component(repository.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    repository.remove_prefix(slash + 1);
  }
}

bool valid_host(std::string_view host) {
  if (host.starts_with('['))  // an IPv6 address
    return host.size() > 2 && host.ends_with(']') &&
           std::ranges::all_of(host.substr(1, host.size() - 2), [](char c) {
             return is_hex({&c, 1}) || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
           });
  return is_made_of(host, ".-") && is_alphanumeric(host.front()) && is_alphanumeric(host.back()) &&
         host.find("..") == std::string_view::npos;
}

bool valid_registry(std::string_view registry) {
  const auto colon =
      registry.find(':', registry.find(']') == std::string_view::npos ? 0 : registry.find(']'));
  if (!valid_host(registry.substr(0, colon))) return false;
  if (colon == std::string_view::npos) return true;
  const auto port = registry.substr(colon + 1);
  return !port.empty() && port.size() <= 5 && std::ranges::all_of(port, is_digit);
}

bool valid_tag(std::string_view tag) {
  return tag.size() <= kLongestTag && is_made_of(tag, "_.-") && tag[0] != '.' && tag[0] != '-';
}

bool valid_digest(std::string_view digest) {
  static constexpr std::string_view prefix = "sha256:";
  return digest.starts_with(prefix) && digest.size() == prefix.size() + 64 &&
         is_hex(digest.substr(prefix.size()));
}

bool names_registry(std::string_view component) {
  return component == "localhost" || component.find_first_of(".:") != std::string_view::npos;
}

}  // namespace

ImageRef ImageRef::parse(std::string_view text) {
  ImageRef ref;
  std::string_view rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    ref.digest = rest.substr(at + 1);
    if (!valid_digest(ref.digest))
      throw invalid(text, "a digest is 'sha256:' and 64 lower-case hexadecimal digits");
    rest = rest.substr(0, at);
  }
  const auto slash = rest.rfind('/');
  if (const auto colon = rest.rfind(':');
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    ref.tag = rest.substr(colon + 1);
    if (!valid_tag(ref.tag))
      throw invalid(text, "a tag has letters, digits, '_', '.' and '-', and at most 128 of them");
    rest = rest.substr(0, colon);
  }
  const auto first = rest.find('/');
  if (first != std::string_view::npos && names_registry(rest.substr(0, first))) {
    ref.registry = rest.substr(0, first);
    rest = rest.substr(first + 1);
    if (!valid_registry(ref.registry))
      throw invalid(text, "its registry is no host name with an optional port");
  } else {
    ref.registry = "docker.io";
  }
  ref.repository = rest;
  if (!valid_repository(rest))
    throw invalid(text,
                  "a repository has lower-case letters and digits, in parts joined by '/', "
                  "'.', '_' or '-'");
  if (ref.registry == "docker.io" && rest.find('/') == std::string_view::npos)
    ref.repository = "library/" + ref.repository;
  if (ref.name().size() > kLongestName) throw invalid(text, "its name is longer than 255 bytes");
  if (ref.tag.empty() && ref.digest.empty()) ref.tag = "latest";
  return ref;
}

std::string ImageRef::full() const {
  std::string text = name();
  if (!tag.empty()) text += ":" + tag;
  if (!digest.empty()) text += "@" + digest;
  return text;
}

}  // namespace pkgkiln
