#include "core/vieter/lists.hpp"

#include <fcntl.h>

#include "core/base/file.hpp"
#include "core/vieter/connection.hpp"
#include "core/vieter/stored.hpp"

namespace pkgkiln::vieter {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxDatabase = std::uint64_t{256} << 20U;

/// The answer goes to a file, since a server may make it long. Whether there was one.
bool download(Server::Connection& connection, const std::string& target, const fs::path& path) {
  net::Request request;
  request.target = target;
  bool there = false;
  connection.repeat([&] {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) throw_errno("cannot write '" + path.string() + "'");
    std::uint64_t size = 0;
    const auto keep = [&](std::string_view bytes) {
      size += bytes.size();
      if (size > kMaxDatabase) throw Error("the database is longer than 256 MiB");
      write_all(file.get(), bytes, path);
    };
    const auto answer = connection.client().stream(request, keep, connection.cancel());
    connection.expect_final(request, answer);
    there = answer.ok();
  });
  return there;
}

}  // namespace

const pacman::RepositoryDatabase* Lists::covering(const pacman::PackageFileName& file) {
  try {
    const auto target = target_for(file);
    auto& found = list(target);
    const std::lock_guard lock(found.mutex);
    if (!found.asked) found.database = ask(target);
    found.asked = true;
    return found.database ? &*found.database : nullptr;
  } catch (const Cancelled&) {
    throw;
  } catch (const Error&) {  // whoever asks for the file itself hears of it
    return nullptr;
  }
}

std::string Lists::target_for(const pacman::PackageFileName& file) {
  // All that the seed has is one repository of that name.
  if (server_.version() == Version::seed) return "/vieter.db";
  const auto& arch = file.arch == "any" ? server_.settings().machine_arch : file.arch;
  return in_arch(repository_, arch, repository_ + ".db");
}

Lists::List& Lists::list(const std::string& target) {
  const std::lock_guard lock(mutex_);
  return lists_[target];
}

std::optional<pacman::RepositoryDatabase> Lists::ask(const std::string& target) {
  try {
    const TempDir directory;
    const auto path = directory.path() / "db";
    if (!download(server_.connection(), target, path)) return std::nullopt;
    // Servers take packages without a name, and list them.
    return pacman::RepositoryDatabase::read_facts(path);
  } catch (const Cancelled&) {
    throw;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace pkgkiln::vieter
