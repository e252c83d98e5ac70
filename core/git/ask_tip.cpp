#include <chrono>

#include "core/base/secret.hpp"
#include "core/git/advertised_refs.hpp"
#include "core/git/git.hpp"
#include "core/git/remote.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::chrono::seconds kLongestAnswer{120};
constexpr std::size_t kLongestListing = 16U << 20U;
constexpr std::size_t kBranchesNamed = 10;

AdvertisedRefs list_refs(const Remote& remote, const std::string& url,
                         const std::vector<std::string>& which, const Cancellation& cancel) {
  Command command;
  command.arguments = {"ls-remote", "--quiet", "--symref", "--", remote.location()};
  command.arguments.insert(command.arguments.end(), which.begin(), which.end());
  std::string listing;
  const auto result =
      remote.run(command, bounded_text(listing, kLongestListing), cancel, kLongestAnswer);
  if (result.code != 0) throw remote_error("ask", url, result.error_output);
  return parse_advertised_refs(listing);
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

[[noreturn]] void throw_missing(const Remote& remote, const std::string& url,
                                const std::string& branch, const Cancellation& cancel) {
  const auto all = list_refs(remote, url, {"refs/heads/*"}, cancel);
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

Tip ask_tip(const std::string& url, const std::string& branch, const Cancellation& cancel) {
  if (!branch.empty() && !is_branch_name(branch))
    throw Error("the target's branch has a name that git doesn't allow")
        .advise("set the target's branch to a name such as 'main'");
  const Remote remote(url, cancel);
  const std::string ref = branch.empty() ? "HEAD" : "refs/heads/" + branch;
  const auto refs = list_refs(remote, url, {ref}, cancel);
  const auto found = refs.commits.find(ref);
  if (found == refs.commits.end()) throw_missing(remote, url, branch, cancel);
  // The branch's name rather than HEAD, where the server tells it: that is what is fetched later.
  return {branch.empty() && !refs.head.empty() ? refs.head : ref, found->second};
}

}  // namespace pkgkiln::git
