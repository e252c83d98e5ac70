#include "core/source/download.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <filesystem>

#include "core/base/file.hpp"
#include "core/base/secret.hpp"
#include "core/net/http.hpp"
#include "core/net/http_date.hpp"

namespace pkgkiln {

namespace {

constexpr std::chrono::seconds kLongestDownload{120};
constexpr std::time_t kSettled = 60;
constexpr std::string_view kFileScheme = "file://";

Error failure(const std::string& url) {
  return Error("cannot download '" + displayable_url(url) + "'");
}

bool is_plain_url(std::string_view url) {
  return std::all_of(url.begin(), url.end(), [](unsigned char c) { return c > ' ' && c != 0x7f; });
}

/// "file:///path%20here" or "file://localhost/path".
std::string local_path(const std::string& url) {
  auto rest = std::string_view(url).substr(kFileScheme.size());
  if (rest.starts_with("localhost/")) rest.remove_prefix(rest.find('/'));
  if (!rest.starts_with('/'))
    throw failure(url).because("a file URL names an absolute path").advise("file:///path/PKGBUILD");
  std::string path;
  for (std::size_t i = 0; i < rest.size(); ++i) {
    unsigned int byte = 0;
    const char* digits = rest.data() + i + 1;
    if (rest[i] == '%' && i + 2 < rest.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2 && byte != 0) {
      path += static_cast<char>(byte);
      i += 2;
    } else {
      path += rest[i];
    }
  }
  return path;
}

std::string read_local(const std::string& url, std::size_t limit) {
  const auto path = local_path(url);
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none))
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
  const auto authority = url.find("://") + 3;
  const auto path = std::min(url.find_first_of("/?#", authority), url.size());
  const auto fragment = std::min(url.find('#', path), url.size());
  net::Client client({url.substr(0, path), {}});
  net::Request request;
  request.target = url.substr(path, fragment - path);
  if (!request.target.starts_with('/')) request.target.insert(0, "/");
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

}  // namespace pkgkiln
