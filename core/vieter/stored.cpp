#include "core/vieter/stored.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/base/digest.hpp"
#include "core/pacman/database_text.hpp"

namespace pkgkiln::vieter {

namespace {

/// Servers name a file by the compression that they find in it.
constexpr std::array kExtensions{".pkg.tar.zst", ".pkg.tar.xz", ".pkg.tar.gz", ".pkg.tar"};

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

}  // namespace

std::string in_arch(const std::string& repository, const std::string& arch,
                    const std::string& file) {
  return "/" + net::escape(repository) + "/" + net::escape(arch) + "/" + net::escape(file);
}

bool Stored::exists(const std::string& target) {
  net::Request request;
  request.method = "HEAD";
  request.target = target;
  const auto answer = connection_.insist(request);
  if (answer.ok()) return true;
  if (answer.status == 404) return false;
  throw connection_.unexpected(request, answer);
}

std::optional<std::string> Stored::find(const pacman::PackageFileName& file) {
  if (connection_.version() == Version::seed) return find_flat(file);
  const auto desc = file.pkgname + "-" + file.version;
  if (file.arch != "any") {
    const auto target = in_arch(repository_, file.arch, desc);
    return exists(target) ? std::optional(target) : std::nullopt;
  }
  for (const auto& arch : arches(connection_.settings())) {
    const auto target = in_arch(repository_, arch, desc);
    if (exists(target)) return target;
    // A publication would bring it to the machine's arch if only there is one.
    if (arch == connection_.settings().machine_arch &&
        exists(in_arch(repository_, arch, repository_ + ".db")))
      return std::nullopt;
  }
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
  const auto target = find(file);
  if (!target) return std::nullopt;
  return connection_.version() == Version::seed ? sha256_of_file(*target) : sha256_of_desc(*target);
}

std::optional<std::string> Stored::sha256_of_desc(const std::string& target) {
  net::Request request;
  request.target = target;
  const auto answer = connection_.insist(request);
  if (answer.status == 404) return std::nullopt;
  if (!answer.ok()) throw connection_.unexpected(request, answer);
  return pacman::parse_desc(answer.body).sha256;
}

std::optional<std::string> Stored::sha256_of_file(const std::string& target) {
  net::Request request;
  request.target = target;
  std::optional<std::string> result;
  connection_.repeat([&] {
    Sha256 digest;
    const auto answer = connection_.client().stream(
        request, [&](std::string_view bytes) { digest.update(bytes); }, connection_.cancel());
    connection_.expect_final(request, answer);
    if (answer.ok())
      result = digest.finish();
    else if (answer.status != 404)
      throw connection_.unexpected(request, answer);
  });
  return result;
}

}  // namespace pkgkiln::vieter
