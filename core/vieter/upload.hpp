#pragma once

#include "core/pacman/package_archive.hpp"
#include "core/vieter/connection.hpp"

namespace pkgkiln::vieter {

/// The server got all of a package and gave no answer: it may be unpacking and hashing it still. To
/// send it again would make it do that twice at once.
class Unanswered : public ErrorKind<Unanswered> {
  using ErrorKind::ErrorKind;
};

/// Sends one package to `route` ("/repo/publish"), once, streamed with its length. Throws
/// Unpublishable, Unanswered, TryLater, TransportError, or Error when it can't be sent at all.
/// Success is what the server says; whether it is true has to be read back.
void upload(Server::Connection& connection, const std::string& route,
            const pacman::PackageArchive& package);

}  // namespace pkgkiln::vieter
