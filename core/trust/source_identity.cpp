#include "core/trust/source_identity.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "core/base/url.hpp"

namespace pkgkiln::trust {

bool is_hash_like(std::string_view text) {
  return text.size() >= 7 && text.size() <= 64 && is_hex(text);
}

namespace {

/// Hosts of many people's projects, where the first parts of a path say whose it is.
bool is_forge(std::string_view host) {
  static constexpr std::array<std::string_view, 12> forges = {"github.com",
                                                              "gitlab.com",
                                                              "codeberg.org",
                                                              "bitbucket.org",
                                                              "git.sr.ht",
                                                              "gitea.com",
                                                              "raw.githubusercontent.com",
                                                              "codeload.github.com",
                                                              "framagit.org",
                                                              "salsa.debian.org",
                                                              "notabug.org",
                                                              "gitee.com"};
  return host.starts_with("gitlab.") ||
         std::find(forges.begin(), forges.end(), host) != forges.end();
}

bool is_plain_host(std::string_view host) {
  return is_made_of(host, ".-_:[]") && !host.starts_with('.');
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

/// "/owner/project" of a path on a forge.
std::string project_of(std::string_view path) {
  // Of GitLab all of the groups.
  const auto dash = path.find("/-/");
  if (dash != std::string_view::npos) return std::string(path.substr(0, dash));
  std::size_t end = 0;
  for (int parts = 0; parts < 2 && end != std::string_view::npos; ++parts)
    end = path.find('/', end + 1);
  auto project = path.substr(0, end);
  if (project.ends_with(".git")) project.remove_suffix(4);
  return std::string(project);
}

/// The hash that an archive's path on a forge names.
std::string_view archived_commit(std::string_view path) {
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find_first_of("/.-", at), path.size());
    const auto part = path.substr(at, end - at);
    if ((part.size() == 40 || part.size() == 64) && is_hex(part)) return part;
    at = end + 1;
  }
  return {};
}

/// With every run of digits as one "0", and every hash as one.
std::string shape_of(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 0;
    while (at + size < text.size() && is_alphanumeric(text[at + size])) ++size;
    const auto word = text.substr(at, size);
    // git-describe(1) has a 'g' before it.
    const auto hash = word.substr(word.starts_with('g') ? 1 : 0);
    if (is_hash_like(hash) && std::any_of(hash.begin(), hash.end(), is_digit)) {
      result += '0';
    } else {
      for (const char c : word)
        if (!is_digit(c))
          result += c;
        else if (result.empty() || result.back() != '0')
          result += '0';
    }
    at += size;
    if (size == 0) result += text[at++];
  }
  return result;
}

bool signs(std::string_view name) {
  for (const auto* end : {".sig", ".sign", ".asc", ".minisig"})
    if (name.ends_with(end)) return true;
  return false;
}

/// Whether programs may read it in another way than it looks: a user before the host, a path that
/// climbs ("/ours/../theirs").
bool is_misleading(const Url& url) {
  const auto path = lower_case(url.path) + "/";
  return !is_plain_host(url.host) || !url.user.empty() || path.find("/./") != std::string::npos ||
         path.find("/../") != std::string::npos || path.find("%2e") != std::string::npos ||
         path.find("%2f") != std::string::npos || path.find('\\') != std::string::npos;
}

void find_place(std::string_view address, const std::vector<std::string>& slots,
                SourceIdentity& found) {
  const Url url(address);
  found.host = lower_case(url.host);
  std::string path(url.path);
  replace_all(path, "//", "/");
  if (is_misleading(url)) {
    found.host = "?";
    found.project = address;
  } else if (is_forge(found.host)) {
    found.project = project_of(path);
    if (const auto commit = archived_commit(path); !commit.empty()) {
      found.pinned = commit;
      found.repository = url.origin() + found.project;
    }
  } else {
    found.project = masked(path + std::string(url.query), slots);
    if (found.is_vcs && found.project.ends_with(".git"))
      found.project.resize(found.project.size() - 4);
  }
  const bool encrypted = is_one_of(lower_case(url.scheme), {"https://", "ssh://", "ftps://"});
  found.project += encrypted ? " encrypted" : " plain";
}

/// "kind=value", of a VCS. Of a branch it matters which one.
void find_revision(std::string_view fragment, const std::vector<std::string>& slots,
                   SourceIdentity& found) {
  const auto kind = fragment.substr(0, fragment.find('='));
  auto value = fragment.substr(std::min(kind.size() + 1, fragment.size()));
  value = value.substr(0, value.find('?'));
  found.project.append(" ").append(kind);
  if (kind == "branch") found.project.append(" ").append(masked(std::string(value), slots));
  if (kind == "commit" && is_hex(value)) found.pinned = value;
}

}  // namespace

bool is_version_like(std::string_view text) {
  return is_made_of(text, "._+~:@-") && std::any_of(text.begin(), text.end(), is_digit);
}

std::string masked(std::string text, const std::vector<std::string>& slots) {
  for (const auto& slot : slots)
    if (!slot.empty()) replace_all(text, slot, "0");
  text = shape_of(text);
  // However many parts a version has.
  for (const auto* parts : {"0.0", "0_0", "0-0"}) {
    for (auto at = text.find(parts); at != std::string::npos; at = text.find(parts, at))
      text.replace(at, 3, "0");
  }
  return text;
}

SourceIdentity identify(std::string_view source, const std::vector<std::string>& slots) {
  SourceIdentity found;
  std::string_view name;
  if (const auto at = source.find("::"); at != std::string_view::npos) {
    name = source.substr(0, at);
    source.remove_prefix(at + 2);
  }
  if (source.find("://") == std::string_view::npos && !source.starts_with("lp:")) {
    found.name = source;
    found.is_signature = signs(source);
    return found;
  }
  // makepkg takes the fragment off at the first '#', and looks for "?signed" on both sides of it.
  auto address = source.substr(0, source.find('#'));
  const auto fragment = source.substr(std::min(address.size() + 1, source.size()));
  const auto plus = address.substr(0, address.find("://")).find('+');
  const auto scheme = lower_case(address.substr(0, std::min(plus, address.find("://"))));
  found.is_vcs = plus != std::string_view::npos ||
                 is_one_of(scheme, {"git", "svn", "hg", "bzr", "fossil", "lp"});
  if (plus != std::string_view::npos) address.remove_prefix(plus + 1);
  found.is_signed = found.is_vcs && (address.find("?signed") != std::string_view::npos ||
                                     fragment.find("?signed") != std::string_view::npos);
  find_place(address, slots, found);
  if (found.is_vcs) {
    found.project.append(" ").append(scheme);
    find_revision(fragment, slots, found);
    found.repository = address.substr(0, address.find('?'));
  }
  const auto slash = address.rfind('/');
  found.is_signature = !found.is_vcs && signs(name.empty() ? address : name);
  found.name = masked(std::string(name.empty() && slash != std::string_view::npos &&
                                          !is_forge(found.host) && !found.is_vcs
                                      ? address.substr(slash + 1)
                                      : name),
                      slots);
  return found;
}

}  // namespace pkgkiln::trust
