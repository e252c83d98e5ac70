#include "core/vieter/stored.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/repodb/database_text.hpp"

namespace pkgkiln::vieter {

namespace {

/// All that the seed has is one repository of that name, with the packages of all arches.
constexpr const char* kSeedDatabase = "/vieter.db";
/// Servers name a file by the compression that they find in it.
constexpr std::array kExtensions{".pkg.tar.zst", ".pkg.tar.xz", ".pkg.tar.gz", ".pkg.tar"};
namespace fs = std::filesystem;
constexpr std::uint64_t kMaxDatabase = std::uint64_t{256} << 20U;
constexpr std::chrono::minutes kLongestDownload{15};

/// Where packages for `any` may be: a server puts them into each arch that it has.
std::vector<std::string> arches(const ServerSettings& settings) {
  std::vector<std::string> result;
  for (const auto& arch : {settings.machine_arch, settings.default_arch, std::string("x86_64"),
                           std::string("aarch64"), std::string("armv7h"), std::string("armv6h"),
                           std::string("i686"), std::string("riscv64"), std::string("loong64")})
    if (!arch.empty() && std::find(result.begin(), result.end(), arch) == result.end())
      result.push_back(arch);
  return result;
}

/// Where a server has a file of one arch of a repository.
std::string in_arch(const std::string& repository, const std::string& arch,
                    const std::string& file) {
  return "/" + net::escape(repository) + "/" + net::escape(arch) + "/" + net::escape(file);
}

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

/// Asks for a database, which is read by facts; nothing when there is none. For a publication it
/// is asked for again when it can't be read: the server may just be writing it. Throws Error.
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

}  // namespace

bool Stored::exists(const std::string& target) {
  net::Request request;
  request.method = "HEAD";
  request.target = target;
  const auto answer = server_.insist(request, purpose_);
  if (answer.status == 404) return false;
  if (!answer.ok()) throw server_.unexpected(request, answer);
  if (answer.header("Content-Type").starts_with("text/html"))
    throw server_.unexpected(request, answer);
  return true;
}

std::optional<ListedFile> Stored::in_database(const std::string& arch,
                                              const pacman::PackageFileName& file) {
  const auto listed = database(arch);
  const auto* entry = listed ? listed->find(file.pkgname) : nullptr;
  return entry != nullptr && entry->is(file) ? std::optional(ListedFile{entry->sha256})
                                             : std::nullopt;
}

std::optional<ListedFile> Stored::described(const std::string& arch,
                                            const pacman::PackageFileName& file) {
  const auto desc = file.pkgname + "-" + file.version;
  // Every server takes such a path for that of a package file.
  if (desc.find(".pkg") != std::string::npos) return in_database(arch, file);
  net::Request request;
  request.target = in_arch(repository_, arch, desc);
  const auto answer = server_.insist(request, purpose_);
  if (answer.status == 404) return std::nullopt;
  if (!answer.ok()) throw server_.unexpected(request, answer);
  try {
    const auto entry = pacman::desc_facts(answer.body);
    return entry.is(file) ? std::optional(ListedFile{entry.sha256}) : std::nullopt;
  } catch (const Error&) {
    throw server_.unexpected(request, answer);
  }
}

std::optional<ListedFile> Stored::find(const pacman::PackageFileName& file) {
  if (server_.version() == Version::seed)
    return find_flat(file) ? std::optional(ListedFile{}) : std::nullopt;
  if (file.arch != "any") return described(file.arch, file);
  for (const auto& arch : arches(server_.settings())) {
    if (auto found = described(arch, file)) return found;
    // A publication would bring it to the machine's arch if only there is one.
    if (arch == server_.settings().machine_arch &&
        exists(in_arch(repository_, arch, repository_ + ".db")))
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<pacman::RepositoryDatabase> Stored::database(const std::string& arch) {
  const bool seed = server_.version() == Version::seed;
  return download_database(
      server_, seed ? kSeedDatabase : in_arch(repository_, arch, repository_ + ".db"), purpose_);
}

std::optional<pacman::RepositoryDatabase> Stored::database_of(const pacman::PackageFileName& file) {
  if (file.arch != "any" || server_.version() == Version::seed) return database(file.arch);
  for (const auto& arch : arches(server_.settings()))
    if (auto found = database(arch)) return found;
  return std::nullopt;
}

std::optional<std::string> Stored::find_flat(const pacman::PackageFileName& file) {
  const auto stem = "/" + net::escape(file.pkgname + "-" + file.version + "-" + file.arch);
  if (const auto target = stem + net::escape(file.extension); exists(target)) return target;
  for (const std::string extension : kExtensions)
    if (extension != file.extension && exists(stem + extension)) return stem + extension;
  return std::nullopt;
}

std::optional<std::string> Stored::sha256(const pacman::PackageFileName& file) {
  if (server_.version() == Version::seed) {
    const auto target = find_flat(file);
    return target ? sha256_of_file(*target) : std::nullopt;
  }
  const auto found = find(file);
  return found ? std::optional(found->sha256) : std::nullopt;
}

std::optional<std::string> Stored::sha256_of_file(const std::string& target) {
  net::Request request;
  request.target = target;
  std::optional<std::string> result;
  const auto read = [&] {
    Sha256 digest;
    const auto answer = server_.client().stream(
        request, [&](std::string_view bytes) { digest.update(bytes); }, server_.cancel());
    server_.expect_final(request, answer);
    if (answer.ok())
      result = digest.finish();
    else if (answer.status != 404)
      throw server_.unexpected(request, answer);
  };
  server_.repeat(read, purpose_);
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
