#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/git/ask/host.hpp"
#include "core/git/ask/http_address.hpp"
#include "core/git/ask/refs.hpp"
#include "core/git/ask/remote.hpp"

namespace pkgkiln::git {

/// The server answered that there is no such repository, or that it gives it not to anybody.
class Refused : public ErrorKind<Refused> {
 public:
  Refused(RemoteFailure failure, std::string what_failed)
      : ErrorKind(std::move(what_failed)), failure_(failure) {}
  RemoteFailure failure() const { return failure_; }

 private:
  RemoteFailure failure_;
};

/// Asks a repository over Git's smart HTTP (gitprotocol-http(5)) for the refs whose full names
/// begin with one of `prefixes`; it may answer with more, or lead to another address. `host` is
/// that of the address. Throws Unusual (also for plain web servers), Refused, Resting,
/// net::TryLater, net::TransportError and Cancelled.
std::variant<AdvertisedRefs, HttpAddress> ask_refs(Host& host, const HttpAddress& address,
                                                   const std::vector<std::string>& prefixes,
                                                   const Cancellation& cancel);

}  // namespace pkgkiln::git
