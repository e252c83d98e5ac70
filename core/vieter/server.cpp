#include "core/vieter/server.hpp"

#include "core/vieter/connection.hpp"

namespace pkgkiln::vieter {

Server::Server(ServerSettings settings, Cancellation cancel)
    : connection_(std::make_unique<Connection>(std::move(settings), std::move(cancel))) {}

Server::~Server() = default;

const ServerSettings& Server::settings() const {
  return connection_->settings();
}

Version Server::version() {
  return connection_->version();
}

std::string Server::version_text() {
  return connection_->version_text();
}

Server::Connection& Server::connection() {
  return *connection_;
}

}  // namespace pkgkiln::vieter
