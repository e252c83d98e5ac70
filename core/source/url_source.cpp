#include "core/source/url_source.hpp"

#include <ctime>
#include <sstream>
#include <system_error>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/secret.hpp"
#include "core/base/tar_writer.hpp"
#include "core/source/download.hpp"

namespace pkgkiln {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestPkgbuild = 4U << 20U;
constexpr std::size_t kLongestMemory = 4096;
constexpr const char* kPkgbuild = "PKGBUILD";
constexpr const char* kMemory = "latest";

bool is_sha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

/// Whether the file is there and whole.
bool holds(const fs::path& path, const std::string& sha256) {
  std::error_code none;
  return fs::exists(path, none) && sha256_of_file(path) == sha256;
}

}  // namespace

UrlSource::UrlSource(fs::path mirror, std::string url)
    : mirror_(std::move(mirror)), url_(std::move(url)) {}

fs::path UrlSource::kept(const std::string& commit) const {
  if (!is_sha256(commit)) throw Error("'" + commit + "' is not the SHA-256 of a PKGBUILD");
  return mirror_ / commit;
}

/// Empty when there is none from this URL, or it is not there any more.
UrlSource::Known UrlSource::known() const {
  std::error_code none;
  const auto path = mirror_ / kMemory;
  if (!fs::is_regular_file(path, none) || fs::file_size(path, none) > kLongestMemory) return {};
  std::istringstream text(pkgkiln::read_file(path, kLongestMemory));
  std::string url;
  Known last;
  text >> url >> last.commit >> last.etag;
  const bool usable = url == sha256_of(url_) && is_etag(last.etag) && is_sha256(last.commit) &&
                      holds(kept(last.commit), last.commit);
  return usable ? last : Known{};
}

/// Not the URL, which may hold a password.
void UrlSource::remember(const Known& latest) const {
  std::error_code ignored;
  if (latest.etag.empty())
    fs::remove(mirror_ / kMemory, ignored);
  else
    write_file_atomically(mirror_ / kMemory,
                          sha256_of(url_) + " " + latest.commit + " " + latest.etag + "\n", 0600);
}

PackagingSource::Tip UrlSource::ask(const Cancellation& cancel) {
  const auto last = known();
  const auto latest = download(url_, last.etag, kLongestPkgbuild, cancel);
  if (!latest) return {displayable_url(url_), last.commit};
  const Tip tip{displayable_url(url_), sha256_of(latest->content)};
  std::error_code failure;
  fs::create_directories(mirror_, failure);
  if (!holds(kept(tip.commit), tip.commit))
    write_file_atomically(kept(tip.commit), latest->content, 0600);
  remember({tip.commit, latest->etag});
  return tip;
}

PackagingSource::Tip UrlSource::fetch(const Tip& tip, const Cancellation& cancel) {
  const auto fetched = holds(kept(tip.commit), tip.commit) ? tip : ask(cancel);
  drop_all_but(fetched.commit);
  return fetched;
}

void UrlSource::drop_all_but(const std::string& commit) const {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(mirror_, ignored))
    if (entry.path().filename() != commit && entry.path().filename() != kMemory)
      fs::remove_all(entry.path(), ignored);
}

std::string UrlSource::tree(const std::string& commit) const {
  return commit;
}

std::optional<std::string> UrlSource::read_file(const std::string& commit,
                                                const std::string& name) const {
  if (name != kPkgbuild) return std::nullopt;
  auto content = pkgkiln::read_file(kept(commit), kLongestPkgbuild);
  if (sha256_of(content) != commit)
    throw Error("the PKGBUILD kept as '" + kept(commit).string() + "' is damaged")
        .advise("run again: it is downloaded anew");
  return content;
}

void UrlSource::export_tar(const std::string& commit, int uid, const Sink& tar,
                           const Cancellation& cancel) const {
  cancel.check();
  const auto content = *read_file(commit, kPkgbuild);
  TarWriter writer(tar, uid, std::time(nullptr));
  writer.file(kPkgbuild, content.size(), false);
  writer.write(content);
  writer.finish();
}

}  // namespace pkgkiln
