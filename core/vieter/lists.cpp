#include "core/vieter/lists.hpp"

#include <fcntl.h>

#include "core/base/file.hpp"
#include "core/vieter/server.hpp"
#include "core/vieter/stored.hpp"

namespace pkgkiln::vieter {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxDatabase = std::uint64_t{256} << 20U;
constexpr std::chrono::minutes kLongestDownload{15};

/// The answer goes to a file, since a server may make it long. Whether there was one.
bool download(Server& server, const std::string& target, const fs::path& path) {
  net::Request request;
  request.target = target;
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file) throw_errno("cannot write '" + path.string() + "'");
  std::uint64_t size = 0;
  const auto keep = [&](std::string_view bytes) {
    size += bytes.size();
    if (size > kMaxDatabase) throw Error("the database is longer than 256 MiB");
    write_all(file.get(), bytes, path);
  };
  net::Response answer;
  server.within(kLongestDownload, [&](const Cancellation& cancel) {
    answer = server.client().stream(request, keep, cancel);
  });
  server.expect_final(request, answer);
  if (!answer.ok() && answer.status != 404) throw server.unexpected(request, answer);
  return answer.ok();
}

}  // namespace

std::optional<pacman::RepositoryDatabase> download_database(Server& server,
                                                            const std::string& target,
                                                            Purpose purpose) {
  const TempDir directory;
  const auto path = directory.path() / "db";
  std::optional<pacman::RepositoryDatabase> result;
  const auto attempt = [&] {
    result.reset();
    if (!download(server, target, path)) return;
    try {
      // Servers take packages without a name, and list them.
      result = pacman::RepositoryDatabase::read_facts(path);
    } catch (const Error& error) {
      Error unreadable("cannot read the database " + server.url_of(target));
      unreadable.because(error.causes().empty() ? error.what_failed() : error.causes().back());
      unreadable.advise("remove it on the server, which makes it anew with the next publication");
      if (purpose == Purpose::question) throw Error(unreadable);
      throw net::TryLater(unreadable.what_failed())
          .because(unreadable.causes().front())
          .advise(unreadable.advice());
    }
  };
  server.repeat(attempt, purpose);
  return result;
}

const pacman::RepositoryDatabase* Lists::covering(const pacman::PackageFileName& file) {
  try {
    const auto target = target_for(file);
    auto& found = list(target);
    const std::lock_guard lock(found.mutex);
    if (!found.asked) found.database = ask(target);
    found.asked = true;
    return found.database ? &*found.database : nullptr;
  } catch (const Error&) {  // whoever asks for the file itself hears of it
    return nullptr;
  }
}

std::string Lists::target_for(const pacman::PackageFileName& file) {
  if (server_.version() == Version::seed) return kSeedDatabase;
  const auto& arch = file.arch == "any" ? server_.settings().machine_arch : file.arch;
  return in_arch(repository_, arch, repository_ + ".db");
}

Lists::List& Lists::list(const std::string& target) {
  const std::lock_guard lock(mutex_);
  return lists_[target];
}

std::optional<pacman::RepositoryDatabase> Lists::ask(const std::string& target) {
  try {
    return download_database(server_, target, Purpose::question);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace pkgkiln::vieter
