#include "core/git/remotes.hpp"

#include "core/base/secret.hpp"

namespace pkgkiln::git {

Remotes::Remotes() = default;
Remotes::~Remotes() = default;

Tip Remotes::ask_tip(const std::string& url, const std::string& branch,
                     const Cancellation& cancel) {
  return git::ask_tip(url, branch, cancel);
}

std::string Remotes::ask_source(const std::string& url, const std::string&, const Cancellation&) {
  throw Error("the source '" + displayable_url(url) + "' is not asked");
}

}  // namespace pkgkiln::git
