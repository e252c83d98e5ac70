#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/git/ask/host.hpp"
#include "core/git/ask/refs.hpp"
#include "core/git/ask/remote.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

/// Asks the remote for refs through the git program: full names, or beginnings that end with '/'.
/// `url` is for messages.
AdvertisedRefs list_refs(const Remote& remote, const std::string& url,
                         const std::vector<std::string>& which, const Cancellation& cancel);

/// Asks one remote for refs, within its host's limits and in bounded time: over HTTP where nothing
/// of the user's configuration matters, else through the git program. For one thread.
class RefQuery {
 public:
  /// Only a trusted URL, which is the user's choice, is asked with the user's credentials.
  enum class Trust { trusted, untrusted };

  /// `config` is that of user_transport_config(); it and the hosts must outlive this. Throws Error
  /// when the URL may not be asked.
  RefQuery(Hosts& hosts, const Config& config, std::string url, Trust trust);

  /// Waits for its turn, then has `find` ask for refs as often as it needs to. What comes out of
  /// that is an Error for people, or Cancelled.
  void ask(const Cancellation& cancel, const std::function<void(const ListRefs&)>& find);

 private:
  bool is_plain(const HttpAddress& address) const;
  Host& acquire(const std::string& origin, const Cancellation& cancel);
  AdvertisedRefs list(const std::vector<std::string>& which, const Cancellation& cancel);
  std::optional<AdvertisedRefs> try_http(const std::vector<std::string>& which,
                                         const Cancellation& cancel);
  AdvertisedRefs list_over_http(const std::vector<std::string>& which, const Cancellation& cancel);
  Error failed(RemoteFailure failure, const Error& why) const;

  Hosts& hosts_;
  std::string url_;
  Trust trust_;
  Config config_;
  Remote program_;
  std::optional<HttpAddress> http_;  // none: left to the git program
  std::string origin_;               // of the host where it has a slot
  std::optional<HostGate::Slot> slot_;
};

}  // namespace pkgkiln::git
