#include "core/git/ask/refs.hpp"

#include "core/base/error.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";
constexpr std::string_view kSymref = "ref: ";
constexpr std::string_view kPeeledSuffix = "^{}";
constexpr std::size_t kBranchesNamed = 10;

/// Whether the ref is of this kind, with a name that git allows.
bool is_of(std::string_view kind, std::string_view ref) {
  return ref.starts_with(kind) && is_branch_name(std::string(ref.substr(kind.size())));
}

void read_line(std::string_view line, AdvertisedRefs& refs) {
  const auto tab = line.find('\t');
  if (tab == std::string_view::npos) return;
  const auto value = line.substr(0, tab);
  const auto ref = line.substr(tab + 1);
  if (!value.starts_with(kSymref))
    refs.add(ref, value);
  else if (ref == "HEAD")
    refs.point_head_to(value.substr(kSymref.size()));
}

std::string first_branches(const AdvertisedRefs& refs) {
  const auto names = refs.branches();
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kBranchesNamed; ++i)
    text += (i == 0 ? "'" : ", '") + names[i] + "'";
  if (names.size() > kBranchesNamed)
    text += " and " + std::to_string(names.size() - kBranchesNamed) + " more";
  return text;
}

[[noreturn]] void throw_missing(const std::string& url, const std::string& branch,
                                const AdvertisedRefs& all) {
  const std::string shown = "'" + displayable_url(url) + "'";
  if (all.branches().empty())
    throw EmptyRepository("the repository " + shown + " has no branches")
        .advise("push a commit with a PKGBUILD to it");
  if (branch.empty())
    throw Error("the repository " + shown + " has no default branch")
        .because("its HEAD names none that exists; there are " + first_branches(all))
        .advise("set the target's branch");
  throw Error("the repository " + shown + " has no branch '" + branch + "'")
      .because("there are " + first_branches(all))
      .advise("set the target's branch to one of them");
}

}  // namespace

bool is_asked_for(std::string_view ref) {
  return ref == "HEAD" || is_of(kHeads, ref) || is_of(kTags, ref);
}

void AdvertisedRefs::add(std::string_view ref, std::string_view id) {
  if (ref.ends_with(kPeeledSuffix)) ref.remove_suffix(kPeeledSuffix.size());
  if (is_object_id(std::string(id)) && is_asked_for(ref)) commits[std::string(ref)] = id;
}

void AdvertisedRefs::point_head_to(std::string_view ref) {
  if (is_of(kHeads, ref)) head = ref;
}

std::vector<std::string> AdvertisedRefs::branches() const {
  std::vector<std::string> names;
  for (const auto& [ref, commit] : commits)
    if (ref.starts_with(kHeads)) names.push_back(ref.substr(kHeads.size()));
  return names;
}

AdvertisedRefs parse_advertised_refs(std::string_view listing) {
  AdvertisedRefs refs;
  while (!listing.empty()) read_line(take_until(listing, '\n'), refs);
  return refs;
}

Tip find_tip(const std::string& url, const std::string& branch, const ListRefs& list) {
  if (!branch.empty() && !is_branch_name(branch))
    throw Error("the target's branch has a name that git doesn't allow")
        .advise("set the target's branch to a name such as 'main'");
  const std::string ref = branch.empty() ? "HEAD" : "refs/heads/" + branch;
  const auto refs = list({ref});
  const auto found = refs.commits.find(ref);
  if (found == refs.commits.end()) throw_missing(url, branch, list({"refs/heads/"}));
  // The branch's name rather than HEAD, where the server tells it: that is what is fetched later.
  return {branch.empty() && !refs.head.empty() ? refs.head : ref, found->second};
}

std::string find_commit(const std::string& url, const std::string& ref, const ListRefs& list) {
  const auto refs = list({ref});
  const auto found = refs.commits.find(ref);
  if (found == refs.commits.end())
    throw Error("the repository '" + displayable_url(url) + "' has no " + ref);
  return found->second;
}

}  // namespace pkgkiln::git
