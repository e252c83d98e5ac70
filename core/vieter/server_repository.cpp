#include "core/vieter/server_repository.hpp"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/publish/repository.hpp"
#include "core/vieter/server.hpp"

namespace pkgkiln::vieter {

namespace {

using Clock = std::chrono::steady_clock;

// All that the seed says, always with status 200; 0.2 and 0.3 say the first two as well.
constexpr std::string_view kAdded = "Package added successfully.";
constexpr std::string_view kThere = "File already exists.";
constexpr std::string_view kFailures[] = {"Failed to add package.", "Failed to upload file."};
constexpr std::string_view kUnauthorized = "Unauthorized.";
constexpr std::string_view kNoLength = "Content-Type header isn't set.";
// In 0.4 and later; "api" in any case of letters.
constexpr std::string_view kReserved = "reserved";
/// A connection that breaks after this part of the longest silence was waiting for a server at
/// work; one that breaks at once was cut.
constexpr int kAtWork = 30;
constexpr int kGatewayTimeout = 504;
/// Servers count the bytes of an upload in 32 bits.
constexpr std::uint64_t kTooLarge = std::uint64_t{1} << 31U;

/// The server got all of a package and gave no answer: it may be unpacking and hashing it still. To
/// send it again would make it do that twice at once.
class Unanswered : public ErrorKind<Unanswered> {
  using ErrorKind::ErrorKind;
};

/// The body of an upload, and when the last of it went.
class Body {
 public:
  Body(const pacman::PackageArchive& package, Transferred sent)
      : source_(file_source(package.path)),
        size_(package.size),
        left_(size_),
        sent_(std::move(sent)) {}

  std::size_t operator()(char* buffer, std::size_t size) {
    const auto got = source_(buffer, size);
    left_ -= std::min<std::uint64_t>(left_, got);
    if (sent_) sent_(size_ - left_, size_);
    if (left_ == 0 && !gone_) gone_ = Clock::now();
    return got;
  }
  bool is_gone() const { return gone_.has_value(); }
  bool is_gone_for(std::chrono::milliseconds time) const {
    return gone_ && Clock::now() - *gone_ >= time;
  }

 private:
  Source source_;
  std::uint64_t size_, left_;
  Transferred sent_;
  std::optional<Clock::time_point> gone_;
};

bool says(const net::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

void check_answer(Server& server, const net::Request& request, net::Response response) {
  if (says(response, kThere)) return;
  if (response.status == 401 || (response.ok() && says(response, kUnauthorized))) {
    response.status = 401;
    throw server.unexpected(request, response);
  }
  if (response.status == 400 && says(response, kReserved))
    throw error_as<Unpublishable>(server.unexpected(request, response))
        .advise("give the repository another name");
  for (const auto text : kFailures)
    if (says(response, text)) throw error_as<net::TryLater>(server.unexpected(request, response));
  server.expect_final(request, response);
  if (response.ok() && !says(response, kNoLength) &&
      (server.version() >= Version::v0_4 || says(response, kAdded)))
    return;
  throw server.unexpected(request, response);
}

/// Sends one package to `route` ("/repo/publish"), once, streamed with its length. Throws
/// Unpublishable, Unanswered, TryLater, TransportError, or Error when it can't be sent at all.
/// Success is what the server says; whether it is true has to be read back.
void upload(Server& server, const std::string& route, const pacman::PackageArchive& package,
            const Transferred& sent) {
  auto request = server.with_key("POST", route);
  request.headers.emplace_back("Content-Type", "application/octet-stream");
  const auto body = std::make_shared<Body>(package, sent);
  request.stream = [body](char* buffer, std::size_t size) { return (*body)(buffer, size); };
  request.length = package.size;
  const auto silence = server.settings().longest_silence;
  request.idle_timeout = silence;
  try {
    auto response = server.send(request);
    if (response.status == kGatewayTimeout && body->is_gone())
      throw error_as<Unanswered>(server.unexpected(request, response));
    check_answer(server, request, std::move(response));
  } catch (const net::TransportError& error) {
    if (!body->is_gone_for(silence / kAtWork)) throw;
    throw error_as<Unanswered>(error);
  }
}

std::string headline(const pacman::PackageArchive& package, const std::string& repository,
                     const Server& server) {
  return fmt::format("cannot publish {} in '{}' of {}", package.name.text(), repository,
                     server.settings().address);
}

void check_set(const std::vector<pacman::PackageArchive>& packages, const std::string& repository,
               const Server& server) {
  std::set<std::string> names;
  for (const auto& package : packages) {
    const auto text = headline(package, repository, server);
    if (package.size >= kTooLarge)
      throw Unpublishable(text)
          .because(fmt::format("it has {} bytes, and Vieter servers cut off what has 2 GiB or more",
                               package.size))
          .advise("publish it to a local repository, or split the package");
    if (!names.insert(package.name.pkgname).second)
      throw Error(text).because("the set holds two packages of that name");
  }
}

/// Its routes begin like that, and it compares without regard to case.
bool is_reserved(const std::string& name, Server& server) {
  return lower_case(name) == "api" && server.version() >= Version::v0_4;
}

/// The way of one package to a server, and the question whether it got there.
class Sending {
 public:
  Sending(Server& server, const std::string& repository, const pacman::PackageArchive& package,
          Transferred sent)
      : server_(server),
        package_(package),
        on_sent_(std::move(sent)),
        stored_(server, repository, Purpose::publication),
        seed_(server.version() == Version::seed),
        route_(seed_ ? "/publish" : "/" + net::escape(repository) + "/publish") {}

  void run() {
    const auto before = stored_.sha256(package_.name);
    if (before == package_.sha256) return;
    if (before && seed_)
      throw Unpublishable("the server has that file with other content")
          .because("servers before 0.2 replace no file")
          .advise("remove it on the server, or raise pkgrel");
    try {
      server_.repeat([this] { attempt(); }, Purpose::publication);
    } catch (const Unanswered& silence) {
      await(silence);
    }
  }

 private:
  bool is_there() { return stored_.sha256(package_.name) == package_.sha256; }

  void attempt() {
    // The package may have arrived, and only the answer been lost.
    if (sent_ && is_there()) return;
    sent_ = true;
    upload(server_, route_, package_, on_sent_);
    const auto after = stored_.sha256(package_.name);
    if (after == package_.sha256) return;
    throw net::TryLater("the server says that it is published")
        .because(after ? "what it holds now has the sha256 " + *after + ", not " + package_.sha256
                       : "it can't be found there now")
        .advise("look into the server's log; vieter.default_arch must be the server's");
  }

  /// Asks for it, and doesn't send it a second time beside the first.
  void await(const Unanswered& silence) {
    const auto look = [&] {
      if (is_there()) return;
      throw error_as<net::TryLater>(silence)
          .because("the server got the package, and does not have it yet")
          .advise("pkgkiln build, which asks for it before it sends it again");
    };
    server_.repeat(look, Purpose::publication);
  }

  Server& server_;
  const pacman::PackageArchive& package_;
  Transferred on_sent_;
  Stored stored_;
  bool seed_, sent_ = false;
  std::string route_;
};

/// What the server has now where these packages would go; asked for once an arch.
class Present {
 public:
  Present(Server& server, const std::string& repository)
      : stored_(server, repository, Purpose::publication) {}

  void ask(const pacman::PackageFileName& file) {
    const auto [database, is_new] = databases_.try_emplace(file.arch);
    if (is_new) database->second = stored_.database_of(file);
  }
  /// The package that would be gone: a server keeps one version of each, and replaces a newer one
  /// without a word.
  const pacman::DatabaseEntry* find(const pacman::PackageFileName& file) const {
    const auto& database = databases_.at(file.arch);
    return database ? database->find(file.pkgname) : nullptr;
  }

 private:
  Stored stored_;
  std::map<std::string, std::optional<pacman::RepositoryDatabase>> databases_;
};

}  // namespace

ServerRepository::ServerRepository(std::string name, Server& server)
    : name_(std::move(name)), server_(server), lists_(server, name_) {
  if (is_reserved(name_, server_))
    throw Unpublishable(
        fmt::format("'{}' can't be a repository of {}", name_, server_.settings().address))
        .because("the server keeps that name for itself")
        .advise("give the repository another name on the server");
}

bool ServerRepository::contains(const pacman::PackageFileName& file) {
  return ask(file).has_value();
}

std::optional<ListedFile> ServerRepository::ask(const pacman::PackageFileName& file) {
  try {
    return Stored(server_, name_).find(file);
  } catch (Error& error) {
    error.while_doing(fmt::format("cannot tell whether {} is published in '{}' of {}", file.text(),
                                  name_, server_.settings().address));
    throw;
  }
}

std::optional<ListedFile> ServerRepository::listed(const pacman::PackageFileName& file) {
  const auto* database = lists_.covering(file);
  if (database == nullptr) return ask(file);
  const auto* entry = database->find(file.pkgname);
  if (entry != nullptr && entry->is(file)) return ListedFile{entry->sha256};
  // The seed lists the packages of all arches together, so one of them may hide another.
  return server_.version() == Version::seed ? ask(file) : std::nullopt;
}

std::optional<pacman::DatabaseEntry> ServerRepository::entry(const std::string& pkgname) {
  const auto* database = lists_.covering({pkgname, {}, "any", {}});
  const auto* found = database == nullptr ? nullptr : database->find(pkgname);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

Published ServerRepository::publish(const std::vector<pacman::PackageArchive>& packages,
                                    const Terms& terms) {
  check_set(packages, name_, server_);
  const std::lock_guard lock(server_.publishing());
  const auto each = [&](const std::function<void(const pacman::PackageArchive&)>& work) {
    for (const auto& package : packages) {
      try {
        work(package);
      } catch (Error& error) {
        error.while_doing(headline(package, name_, server_));
        throw;
      }
    }
  };
  // Asked just before each publication: others publish there too.
  Present present(server_, name_);
  each([&](const auto& package) { present.ask(package.name); });
  for (const auto& package : packages)
    if (const auto* there = present.find(package.name))
      check_replacement(*there, package, terms, name_, "remove it on the server");
  each([&](const auto& package) {
    Transferred sent;
    if (terms.sent)
      sent = [&](std::uint64_t bytes, std::uint64_t total) {
        terms.sent(package.name.text(), bytes, total);
      };
    Sending(server_, name_, package, std::move(sent)).run();
  });
  return {};
}

std::optional<Offer> ServerRepository::offer(const std::vector<std::string>&) {
  const auto& settings = server_.settings();
  const auto& address =
      settings.container_address.empty() ? settings.address : settings.container_address;
  if (server_.version() == Version::seed) return Offer{"vieter", address, {}};
  return Offer{
      name_, address + "/" + net::escape(name_) + "/" + net::escape(settings.machine_arch), {}};
}

void ServerRepository::check() {
  server_.version();  // asks with the key
}

}  // namespace pkgkiln::vieter
