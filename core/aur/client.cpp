#include "core/aur/client.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "core/base/gzip_member.hpp"
#include "core/base/printable.hpp"
#include "core/base/stream.hpp"
#include "core/package/package_name.hpp"

namespace pkgkiln::aur {

namespace {

constexpr std::size_t kNamesInRequest = 5'000;
constexpr std::uint64_t kLongestAnswer = std::uint64_t{128} << 20U;
constexpr std::uint64_t kLongestDump = std::uint64_t{2} << 30U;  // unpacked
constexpr std::size_t kShownText = 300;
constexpr std::size_t kMostFound = 5'000;
constexpr std::size_t kLongestValidator = 200;
constexpr const char* kDump = "/packages-meta-ext-v1.json.gz";
/// When the requests of a day are used up nobody says until when.
constexpr std::chrono::minutes kRestUnlessTold{15};

bool all(const std::string& /*name*/) {
  return true;
}

net::Request request_for(std::string target) {
  net::Request request;
  request.target = std::move(target);
  request.headers = {{"User-Agent", "pkgkiln"}, {"Accept", "application/json"}};
  return request;
}

/// Names fit their grammar, so nothing in them has to be escaped.
net::Request info_request(const std::vector<std::string>& names) {
  auto request = request_for("/rpc/v5/info");
  request.method = "POST";
  request.repeatable = true;
  request.headers.emplace_back("Content-Type", "application/json");
  request.text = "{\"arg\":[";
  for (const auto& name : names) {
    if (request.text.back() != '[') request.text += ',';
    request.text += '"' + name + '"';
  }
  request.text += "]}";
  return request;
}

/// The bytes as they come, but not more than that.
Source bounded(const Source& source, std::uint64_t limit) {
  return [&source, limit](char* buffer, std::size_t size) mutable {
    const auto given = source(buffer, size);
    if (given > limit) throw Error("the answer is longer than there is any");
    limit -= given;
    return given;
  };
}

Source unpacked(const Source& packed) {
  struct State {
    Gunzip gunzip;
    std::string buffer = std::string(std::size_t{64} << 10U, '\0');
  };
  const auto state = std::make_shared<State>();
  return [&packed, state](char* buffer, std::size_t size) {
    return state->gunzip.read(buffer, size, [&] {
      auto& bytes = state->buffer;
      return std::string_view(bytes).substr(0, packed(bytes.data(), bytes.size()));
    });
  };
}

/// What goes into a header of ours later.
std::string validator(const net::Response& response, std::string_view name) {
  const std::string value(response.header(name));
  const bool is_plain =
      std::ranges::all_of(value, [](unsigned char c) { return c >= ' ' && c < 0x7F; });
  return value.size() <= kLongestValidator && is_plain ? value : std::string();
}

}  // namespace

Client::Client(std::string url, Cancellation cancel, const Patience& patience)
    : client_(net::Endpoint{std::move(url), {}}), cancel_(std::move(cancel)), patience_(patience) {}

Entries Client::info(const std::vector<std::string>& names) {
  std::vector<std::string> asked = names;
  std::ranges::sort(asked);
  asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
  std::erase_if(asked, [](const auto& name) { return !pacman::is_package_name(name); });
  const auto wanted = [&](const std::string& name) {
    return std::ranges::binary_search(asked, name);
  };
  Entries found;
  for (std::size_t i = 0; i < asked.size(); i += kNamesInRequest) {
    const auto end = std::min(i + kNamesInRequest, asked.size());
    const auto request = info_request({asked.begin() + static_cast<std::ptrdiff_t>(i),
                                       asked.begin() + static_cast<std::ptrdiff_t>(end)});
    ask(
        request, "multiinfo", wanted,
        [&](Entry entry) { found.emplace(entry.package.name, std::move(entry)); }, [] {});
  }
  return found;
}

std::vector<AurPackage> Client::search(const std::string& text, const std::string& by) {
  const auto request =
      request_for("/rpc/v5/search/" + net::escape(text) + net::query({{"by", by}}));
  std::vector<AurPackage> found;
  const auto take = [&](Entry entry) {
    if (entry.problem.empty() && found.size() < kMostFound)
      found.push_back(std::move(entry.package));
  };
  ask(request, "search", all, take, [&] { found.clear(); });
  return found;
}

std::optional<Entries> Client::dump(const std::function<bool(const std::string& name)>& wanted,
                                    Validators& validators) {
  auto request = request_for(kDump);
  if (!validators.etag.empty()) request.headers.emplace_back("If-None-Match", validators.etag);
  if (!validators.last_modified.empty())
    request.headers.emplace_back("If-Modified-Since", validators.last_modified);
  Entries found;
  net::Response response;
  repeat([&] {
    found.clear();
    exchange(request, true, response, wanted,
             [&](Entry entry) { found.emplace(entry.package.name, std::move(entry)); });
  });
  if (response.status == 304) return std::nullopt;
  validators = {validator(response, "ETag"), validator(response, "Last-Modified")};
  return found;
}

Frame Client::ask(const net::Request& request, const char* type,
                  const std::function<bool(const std::string& name)>& wanted,
                  const std::function<void(Entry)>& take, const std::function<void()>& begin) {
  Frame frame;
  repeat([&] {
    begin();
    net::Response response;
    frame = exchange(request, false, response, wanted, take);
  });
  if (frame.type == type) return frame;
  auto error = unexpected(
      request, frame.type == "error"
                   ? "it says: " + (frame.error.empty() ? "error" : frame.error)
                   : fmt::format("it answers with '{}' instead of '{}'", frame.type, type));
  if (frame.error.starts_with("Too many")) error.advise("search for more letters");
  if (frame.error.starts_with("Query arg too small")) error.advise("search for at least 2 letters");
  throw Error(error.advise("check aur.url"));
}

/// One request: its answer is read while it comes. A dump that did not change has none.
Frame Client::exchange(const net::Request& request, bool is_dump, net::Response& response,
                       const std::function<bool(const std::string& name)>& wanted,
                       const std::function<void(Entry)>& take) {
  const auto longest = patience_.longest_answer * (is_dump ? 10 : 1);
  const auto cancel = cancel_.with_deadline(Cancellation::Clock::now() + longest);
  Frame frame;
  bool has_body = false;
  try {
    connect([&](const Sink& sink) { response = client_.stream(request, sink, cancel); },
            [&](const Source& source) {
              std::string first(1, '\0');
              has_body = source(first.data(), 1) == 1;
              if (!has_body) return;
              const Source whole = [&](char* buffer, std::size_t size) {
                if (first.empty()) return source(buffer, size);
                *buffer = first.front();
                first.clear();
                return std::size_t{1};
              };
              const auto json = is_dump ? unpacked(whole) : whole;
              frame =
                  read_answer(bounded(json, is_dump ? kLongestDump : kLongestAnswer), wanted, take);
            });
  } catch (const Cancelled&) {
    cancel_.check();
    throw net::TryLater(error_as<net::TryLater>(
        unexpected(request, fmt::format("the answer took more than {} s", longest.count()))));
  } catch (const net::TransportError&) {
    throw;
  } catch (const Error& error) {
    throw unexpected(request, error.what()).advise("check aur.url, or try again later");
  }
  expect_final(request, response);
  if (!has_body && !(is_dump && response.status == 304))
    throw unexpected(request, "the answer is empty").advise("try again later");
  return frame;
}

void Client::repeat(const std::function<void()>& attempt) {
  try {
    net::retry(patience_.requests, cancel_, attempt);
  } catch (net::TransportError& error) {
    error.advise("check the network, and aur.url");
    throw;
  }
}

void Client::expect_final(const net::Request& request, const net::Response& response) const {
  const auto status = response.status;
  if (response.ok() || status == 304) return;
  Frame frame;
  try {
    std::string_view left = response.body;
    frame = read_answer(
        [&](char* buffer, std::size_t size) {
          const auto given = left.copy(buffer, size);
          left.remove_prefix(given);
          return given;
        },
        all, [](const Entry&) {});
  } catch (const Error&) {  // a page for people
  }
  auto error = unexpected(
      request, fmt::format("the server answers {}{}", status,
                           frame.error.empty() ? "" : ": " + printable(frame.error, kShownText)));
  if (status != 429 && status != 408 && status < 500) throw Error(error.advise("check aur.url"));
  auto later = error_as<net::TryLater>(error);
  later.after = net::retry_after(response);
  if (status == 429 && later.after.count() == 0) later.after = kRestUnlessTold;
  if (later.after.count() > 0)
    later.because(fmt::format("it asks to be left alone for {} s", later.after.count()));
  throw net::TryLater(later.advise("try again later"));
}

Error Client::unexpected(const net::Request& request, const std::string& why) const {
  return Error(fmt::format("cannot use the AUR at {}", client_.endpoint().display()))
      .because(
          fmt::format("{} {}", request.method, request.target.substr(0, request.target.find('?'))))
      .because(why);
}

}  // namespace pkgkiln::aur
