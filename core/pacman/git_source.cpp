#include "core/pacman/git_source.hpp"

namespace pkgkiln::pacman {

namespace {

/// What stands before the first `mark`; that and the mark are taken off `text`.
std::string_view take_until(std::string_view& text, char mark) {
  const auto end = text.find(mark);
  const auto head = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return head;
}

}  // namespace

std::optional<GitSource> GitSource::parse(std::string_view source) {
  if (const auto renamed = source.find("::"); renamed != std::string_view::npos)
    source.remove_prefix(renamed + 2);
  if (source.starts_with("git+"))
    source.remove_prefix(4);
  else if (!source.starts_with("git://"))
    return std::nullopt;
  auto url = take_until(source, '#');
  const auto fragment = take_until(source, '?');  // "?signed" stands at the end, or before the '#'
  GitSource result{std::string(take_until(url, '?')), "HEAD", false};
  if (fragment.empty()) return result;
  const auto equals = fragment.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  const auto kind = fragment.substr(0, equals);
  const std::string value(fragment.substr(fragment.rfind('=') + 1));
  if (kind == "commit")
    result.pinned = true;
  else if (kind == "branch")
    result.ref = "refs/heads/" + value;
  else if (kind == "tag")
    result.ref = "refs/tags/" + value;
  else
    return std::nullopt;
  return result;
}

}  // namespace pkgkiln::pacman
