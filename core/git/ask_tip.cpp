#include "core/git/find_ref.hpp"
#include "core/git/git.hpp"
#include "core/git/remote_listing.hpp"

namespace pkgkiln::git {

Tip ask_tip(const std::string& url, const std::string& branch, const Cancellation& cancel) {
  const Remote remote(url, user_transport_config(cancel));
  return find_tip(url, branch,
                  [&](const auto& which) { return list_refs(remote, url, which, cancel); });
}

}  // namespace pkgkiln::git
