#include "core/git/ask/remotes.hpp"

#include <algorithm>

#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/base/url.hpp"
#include "core/git/ask/ref_query.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

/// What a PKGBUILD may have us ask.
void check_source(const std::string& url, const std::string& ref) {
  const auto refuse = [&](const char* why) {
    throw Error("the source '" + printable(displayable_url(url)) + "' is not asked").because(why);
  };
  const Url parts(url);
  if (parts.scheme != "http://" && parts.scheme != "https://" && parts.scheme != "git://")
    refuse("its URL is not of http, https or git");
  if (!parts.user.empty()) refuse("its URL names a user");
  if (!is_asked_for(ref)) refuse("it names neither a branch nor a tag");
}

}  // namespace

std::string Remotes::host_of(const std::string& url) {
  try {
    return git::host_of(parse_remote_url(url));
  } catch (const Error&) {
    return {};
  }
}

const Config& Remotes::user_config(const Cancellation& cancel) {
  const std::lock_guard lock(mutex_);
  if (!config_) config_ = user_transport_config(cancel);
  return *config_;
}

Tip Remotes::ask_tip(const std::string& url, const std::string& branch,
                     const Cancellation& cancel) {
  RefQuery query(hosts_, user_config(cancel), url, RefQuery::Trust::trusted);
  Tip tip;
  query.ask(cancel, [&](const ListRefs& list) { tip = find_tip(url, branch, list); });
  return tip;
}

std::string Remotes::ask_source(const std::string& url, const std::string& ref,
                                const Cancellation& cancel) {
  check_source(url, ref);
  RefQuery query(hosts_, user_config(cancel), url, RefQuery::Trust::untrusted);
  std::string commit;
  query.ask(cancel, [&](const ListRefs& list) { commit = find_commit(url, ref, list); });
  return commit;
}

bool Remotes::names_commit(const std::string& url, const std::string& commit,
                           const Cancellation& cancel) {
  if (!is_object_id(commit)) return false;
  check_source(url, "HEAD");
  RefQuery query(hosts_, user_config(cancel), url, RefQuery::Trust::untrusted);
  bool named = false;
  query.ask(cancel, [&](const ListRefs& list) {
    const auto refs = list({"refs/heads/", "refs/tags/"});
    named = std::ranges::any_of(
        refs.commits, [&](const auto& ref) { return ref.second == commit && ref.first != "HEAD"; });
  });
  return named;
}

}  // namespace pkgkiln::git
