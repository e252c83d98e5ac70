#include "core/targets/url_source.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <sstream>
#include <system_error>
#include <utility>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/secret.hpp"
#include "core/base/tar_writer.hpp"
#include "core/base/text.hpp"
#include "core/base/url.hpp"
#include "core/net/http.hpp"
#include "core/net/retry.hpp"

namespace pkgkiln {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLongestDownload{120};
constexpr std::time_t kSettled = 60;
constexpr std::string_view kFileScheme = "file://";
constexpr std::size_t kLongestPkgbuild = 4U << 20U;
constexpr std::size_t kMostKept = 5;  // PKGBUILDs
constexpr std::size_t kLongestMemory = 4096;
constexpr const char* kPkgbuild = "PKGBUILD";
constexpr const char* kMemory = "latest";

Error failure(const std::string& url) {
  return Error("cannot download '" + displayable_url(url) + "'");
}

bool is_plain_url(std::string_view url) {
  return std::all_of(url.begin(), url.end(), [](unsigned char c) { return c > ' ' && c != 0x7f; });
}

/// "file:///path%20here" or "file://localhost/path".
std::string local_path(const std::string& url) {
  auto path = std::string_view(url).substr(kFileScheme.size());
  if (path.starts_with("localhost/")) path.remove_prefix(path.find('/'));
  if (!path.starts_with('/'))
    throw failure(url).because("a file URL names an absolute path").advise("file:///path/PKGBUILD");
  return percent_decoded(path).value_or(std::string(path));
}

std::string read_local(const std::string& url, std::size_t limit) {
  const auto path = local_path(url);
  std::error_code none;
  if (!fs::is_regular_file(path, none))
    throw failure(url).because("there is no such file").advise("check the target's url");
  return read_file(path, limit);
}

/// That of a file whose time is in it may be that of the next content as well, as long as there may
/// be one of the same second.
std::string sure_etag(const net::Response& response) {
  std::string etag(response.header("ETag"));
  if (!is_etag(etag)) return {};
  const auto changed = response.header("Last-Modified");
  if (changed.empty()) return etag;
  const auto date = net::http_date(std::string(response.header("Date")));
  const auto time = net::http_date(std::string(changed));
  return date && time && *date - *time >= kSettled ? etag : std::string();
}

net::Response get(const std::string& url, const std::string& etag, std::size_t limit,
                  const Cancellation& cancel) {
  const Url parts(url);
  net::Client client({std::string(parts.scheme).append(parts.user).append(parts.host), {}});
  net::Request request;
  request.target = std::string(parts.path.empty() ? "/" : parts.path).append(parts.query);
  request.follow_redirects = true;
  if (!etag.empty()) request.headers = {{"If-None-Match", etag}};
  return client.send(request, cancel, limit);
}

net::Response get_in_time(const std::string& url, const std::string& etag, std::size_t limit,
                          const Cancellation& cancel) {
  try {
    return get(url, etag, limit,
               cancel.with_deadline(Cancellation::Clock::now() + kLongestDownload));
  } catch (const Cancelled&) {
    if (cancel.requested()) throw;
    throw failure(url).because("it took longer than 120 s").advise("try again later");
  } catch (Error& error) {
    error.while_doing(failure(url).what_failed());
    error.advise("check the target's url, and the network");
    throw;
  }
}

const char* advice_for(int status) {
  if (status == 401 || status == 403) return "check that the URL may be read without logging in";
  if (status == 404 || status == 410) return "check the target's url";
  return "try again later";
}

bool is_sha256(const std::string& text) {
  return text.size() == 64 && is_hex(text);
}

/// Whether the file is there and whole.
bool holds(const fs::path& path, const std::string& sha256) {
  std::error_code none;
  return fs::exists(path, none) && sha256_of_file(path) == sha256;
}

}  // namespace

bool is_etag(std::string_view text) {
  return text.size() >= 2 && text.size() <= 200 && text.front() == '"' &&
         text.find('"', 1) == text.size() - 1 && is_plain_url(text);
}

std::optional<Download> download(const std::string& url, const std::string& etag, std::size_t limit,
                                 const Cancellation& cancel) {
  if (!is_plain_url(url)) throw failure("").because("its URL holds white space");
  if (url.starts_with(kFileScheme)) return Download{read_local(url, limit), {}};
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    throw failure(url).because("it is no http, https or file URL");
  auto response = get_in_time(url, etag, limit, cancel);
  if (response.ok()) return Download{std::move(response.body), sure_etag(response)};
  if (response.status == 304 && !etag.empty()) return std::nullopt;
  throw failure(url)
      .because("the server answered " + std::to_string(response.status))
      .advise(advice_for(response.status));
}

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

git::Tip UrlSource::ask(const Cancellation& cancel) {
  const auto last = known();
  const auto latest = download(url_, last.etag, kLongestPkgbuild, cancel);
  if (!latest) return {displayable_url(url_), last.commit};
  const git::Tip tip{displayable_url(url_), sha256_of(latest->content)};
  std::error_code failure;
  fs::create_directories(mirror_, failure);
  if (!holds(kept(tip.commit), tip.commit))
    write_file_atomically(kept(tip.commit), latest->content, 0600);
  remember({tip.commit, latest->etag});
  return tip;
}

git::Tip UrlSource::fetch(const git::Tip& tip, const Cancellation& cancel) {
  if (keep(tip.commit)) return tip;
  const auto fetched = ask(cancel);
  keep(fetched.commit);
  return fetched;
}

bool UrlSource::recover(const std::string& commit, const Cancellation& cancel) {
  cancel.check();
  return is_sha256(commit) && keep(commit);
}

/// Lets that one stay, and of the others the last few. False where it isn't there.
bool UrlSource::keep(const std::string& commit) const {
  if (!holds(kept(commit), commit)) return false;
  std::error_code ignored;
  fs::last_write_time(kept(commit), fs::file_time_type::clock::now(), ignored);
  std::size_t staying = 1;
  for (const auto& path : newest_first(mirror_)) {
    if (path.filename() == kMemory || path.filename() == commit) continue;
    if (++staying <= kMostKept && is_sha256(path.filename().string())) continue;
    fs::remove_all(path, ignored);
  }
  return true;
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

std::vector<git::Mirror::File> UrlSource::files(const std::string& commit, std::uint64_t limit,
                                                const Cancellation& /*cancel*/) const {
  auto content = *read_file(commit, kPkgbuild);
  if (content.size() > limit)
    throw Error("the PKGBUILD kept as '" + kept(commit).string() + "' is too long");
  return {{kPkgbuild, git::Mirror::File::Kind::file, std::move(content)}};
}

void UrlSource::export_tar(const std::string& commit, int uid, const Sink& tar,
                           const Cancellation& cancel) const {
  cancel.check();
  const auto content = *read_file(commit, kPkgbuild);
  TarWriter writer(tar, uid, time(commit));
  writer.file(kPkgbuild, content.size(), false);
  writer.write(content);
  writer.finish();
}

}  // namespace pkgkiln
