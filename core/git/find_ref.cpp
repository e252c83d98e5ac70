#include "core/git/find_ref.hpp"

#include "core/base/error.hpp"
#include "core/base/secret.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::size_t kBranchesNamed = 10;

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
    throw Error("the repository " + shown + " has no branches")
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
