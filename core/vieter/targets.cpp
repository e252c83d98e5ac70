#include "core/vieter/targets.hpp"

#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <set>
#include <tuple>

#include "core/base/printable.hpp"
#include "core/schedule/schedule.hpp"
#include "core/targets/target_checks.hpp"
#include "core/vieter/server.hpp"

namespace pkgkiln::vieter {

namespace {

constexpr std::size_t kPage = 25;
constexpr std::size_t kMostPages = 10'000;
constexpr std::size_t kMostProblems = 20;

Error endless(Server& server, const std::string& route, const std::string& why) {
  return Error("the server's list of targets does not end")
      .because(server.url_of(route) + " " + why)
      .advise("look into the server's database, and check vieter.address");
}

/// The pages of a list, which together are bounded in all that a server could make endless.
class Pages {
 public:
  Pages(Server& server, std::string route)
      : server_(server),
        route_(std::move(route)),
        end_(Clock::now() + server.settings().longest_answer + server.settings().retry_timeout) {}

  std::vector<ListingPage::Entry> get(const std::string& query = {}) {
    if (Clock::now() > end_) throw endless(server_, route_, "takes too long");
    const auto request = server_.with_key("GET", route_ + query);
    const auto answer = ask(request);
    bytes_left_ -= answer.body.size();
    return server_.page_in(request, answer).entries;
  }

 private:
  using Clock = std::chrono::steady_clock;

  net::Response ask(const net::Request& request) {
    try {
      return server_.insist(request, Purpose::question, bytes_left_);
    } catch (const net::TransportError& error) {
      if (error.kind() != net::TransportError::Kind::too_large) throw;
      throw endless(server_, route_,
                    fmt::format("gives more than {} MiB", ListingPage::kMostBytes >> 20U));
    }
  }

  Server& server_;
  std::string route_;
  Clock::time_point end_;
  std::uint64_t bytes_left_ = ListingPage::kMostBytes;
};

/// Until an empty page, or one of which every entry was there before: 0.3's first releases answer
/// all to every page.
std::vector<ListingPage::Entry> every_page(Server& server, Version version) {
  const std::string route = version < Version::v0_4 ? "/api/repos" : "/api/v1/targets";
  Pages pages(server, route);
  if (version < Version::v0_3) return pages.get();
  std::vector<ListingPage::Entry> all;
  std::set<std::int64_t> seen;
  for (std::size_t page = 0; page < kMostPages; ++page) {
    auto entries = pages.get(fmt::format("?limit={}&offset={}", kPage, page * kPage));
    bool is_new = false;
    for (auto& entry : entries) {
      if (entry.id == 0 ? page > 0 : !seen.insert(entry.id).second) continue;
      is_new = true;
      all.push_back(std::move(entry));
    }
    if (!is_new) return all;
    if (all.size() > ListingPage::kMostEntries) break;
  }
  throw endless(server, route,
                fmt::format("gives more than {} targets", ListingPage::kMostEntries));
}

void insist_on(const char* what, std::string text, std::string& into,
               std::string (*check)(std::string&)) {
  const auto given = text;
  if (const auto expected = check(text); !expected.empty())
    throw Error(fmt::format("its {} is '{}', expected {}", what, printable(given), expected));
  into = std::move(text);
}

/// The server may be another's: it is not to make this host read its own files.
std::string check_remote_url(std::string& text) {
  if (text.starts_with('/') || text.starts_with("file:"))
    return "no file of this host (list such a target in the configuration)";
  return check_target_url(text);
}

/// Machine words as the original's agents have them.
std::string pacman_arch(const std::string& arch) {
  if (arch == "armv7l") return "armv7h";
  return arch == "armv6l" ? "armv6h" : arch;
}

Target to_target(const ListingPage::Entry& entry, Version version) {
  if (!entry.problem.empty()) throw Error(entry.problem);
  Target target;
  if (entry.kind == "url")
    target.kind = TargetKind::url;
  else if (!entry.kind.empty() && entry.kind != "git")
    throw Error("its kind '" + printable(entry.kind) + "' is unknown");
  insist_on("url", entry.url, target.url, check_remote_url);
  if (target.kind == TargetKind::url && !is_download_url(target.url))
    throw Error("its url is no http or https URL");
  if (target.kind == TargetKind::git) {
    if (!entry.branch.empty()) insist_on("branch", entry.branch, target.branch, check_branch);
    insist_on("path", entry.path, target.path, check_directory);
  }
  if (version == Version::seed)
    target.repository = "vieter";
  else
    insist_on("repo", entry.repository, target.repository, check_repository_name);
  for (const auto& arch : entry.arch)
    insist_on("arch", pacman_arch(arch), target.arch.emplace_back(), check_arch);
  // On a server no arch means that nobody builds it.
  if (entry.has_arch && entry.arch.empty()) target.arch = {"none"};
  target.vieter_id = entry.id;
  return target;
}

void read_schedule(const std::string& text, Target& target, std::vector<std::string>& notices) {
  if (text.empty()) return;
  try {
    target.schedule = Schedule::parse(text, Schedule::Grammar::vieter).text();
  } catch (const Error& error) {
    if (notices.size() < kMostProblems)
      notices.push_back(fmt::format("{}: its schedule '{}' is left out: {}", target.origin,
                                    printable(text, 80), error.what()));
  }
}

/// What a list of fifty thousand bad entries would print, nobody reads.
void tell(std::vector<std::string>& problems, std::size_t unusable) {
  if (unusable <= kMostProblems) return;
  problems.push_back(
      fmt::format("{} more targets of the server can't be used", unusable - kMostProblems));
}

}  // namespace

Listing Targets::list() {
  const auto version = server_.version();
  Listing listing;
  std::set<std::tuple<TargetKind, std::string, std::string, std::string, std::string>> seen;
  std::size_t position = 0, unusable = 0;
  for (const auto& entry : every_page(server_, version)) {
    ++position;
    const auto origin = fmt::format("{} target {}", server_.url_of(""),
                                    entry.id != 0 ? entry.id : static_cast<std::int64_t>(position));
    try {
      auto target = to_target(entry, version);
      target.origin = origin;
      read_schedule(entry.schedule, target, listing.notices);
      if (seen.emplace(target.kind, target.url, target.branch, target.path, target.repository)
              .second)
        listing.targets.push_back(std::move(target));
    } catch (const Error& error) {
      if (++unusable <= kMostProblems)
        listing.problems.push_back(origin + " can't be used: " + error.what());
    }
  }
  tell(listing.problems, unusable);
  return listing;
}

}  // namespace pkgkiln::vieter
