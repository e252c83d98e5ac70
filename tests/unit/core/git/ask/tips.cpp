#include "tests/unit/core/git/ask/tips.hpp"

#include "core/git/ask/ref_query.hpp"
#include "core/git/ask/remotes.hpp"

namespace pkgkiln::test {

git::Tip tip_of(const std::string& url, const std::string& branch, const Cancellation& cancel) {
  return git::Remotes().ask_tip(url, branch, cancel);
}

git::Tip tip_by_program(const std::string& url, const std::string& branch) {
  const auto never = Cancellation::never();
  const git::Remote remote(url, git::user_transport_config(never));
  return git::find_tip(
      url, branch, [&](const auto& which) { return git::list_refs(remote, url, which, never); });
}

}  // namespace pkgkiln::test
