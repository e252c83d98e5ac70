#include "core/vieter/targets.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <tuple>

#include "core/base/printable.hpp"
#include "core/target/target_checks.hpp"
#include "core/target/target_url.hpp"
#include "core/vieter/connection.hpp"
#include "core/vieter/listing.hpp"

namespace pkgkiln::vieter {

namespace {

constexpr std::size_t kPage = 25;
constexpr std::size_t kMostPages = 10'000;

ListingPage get(Server::Connection& connection, const std::string& target) {
  const auto request = connection.with_key("GET", target);
  const auto answer = connection.insist(request);
  if (!answer.ok()) throw connection.unexpected(request, answer);
  try {
    return ListingPage::parse(answer.body);
  } catch (Error& error) {
    error.while_doing("cannot use the answer of " + connection.url_of(target));
    error.advise("check vieter.address");
    throw;
  }
}

/// Until an empty page, or one of which every entry was there before: 0.3's first releases answer
/// all to every page.
std::vector<ListingPage::Entry> every_page(Server::Connection& connection, Version version) {
  if (version < Version::v0_3) return get(connection, "/api/repos").entries;
  const std::string route = version < Version::v0_4 ? "/api/repos" : "/api/v1/targets";
  std::vector<ListingPage::Entry> all;
  std::set<std::int64_t> seen;
  for (std::size_t page = 0; page < kMostPages; ++page) {
    auto entries =
        get(connection, fmt::format("{}?limit={}&offset={}", route, kPage, page * kPage)).entries;
    bool is_new = false;
    for (auto& entry : entries) {
      if (entry.id == 0 ? page > 0 : !seen.insert(entry.id).second) continue;
      is_new = true;
      all.push_back(std::move(entry));
    }
    if (!is_new) return all;
  }
  throw Error("the server's list of targets does not end")
      .because(connection.url_of(route))
      .advise("look into the server's database");
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
  for (const auto& arch : entry.arch) {
    insist_on("arch", pacman_arch(arch), target.arch.emplace_back(), check_arch);
  }
  // On a server no arch means that nobody builds it.
  if (entry.has_arch && entry.arch.empty()) target.arch = {"none"};
  target.vieter_id = entry.id;
  return target;
}

/// Names that several have are told apart by what the server calls them.
void name_all(std::vector<Target>& targets) {
  std::map<std::string, std::size_t> count;
  for (auto& target : targets) {
    target.name = default_target_name(target.kind, target.url, target.path);
    if (target.name.empty()) target.name = "target";
    ++count[target.name];
  }
  std::size_t position = 0;
  for (auto& target : targets) {
    ++position;
    if (count[target.name] < 2 && target.name != "target") continue;
    auto by_branch = target.name + "@" + target.branch;
    if (target.vieter_id != 0)
      target.name += fmt::format("@{}", target.vieter_id);
    else if (!target.branch.empty() && is_target_name(by_branch))
      target.name = std::move(by_branch);
    else
      target.name += fmt::format("@{}", position);
  }
}

}  // namespace

Listing Targets::list() {
  auto& connection = server_.connection();
  const auto version = server_.version();
  Listing listing;
  std::set<std::tuple<TargetKind, std::string, std::string, std::string, std::string>> seen;
  std::size_t position = 0;
  for (const auto& entry : every_page(connection, version)) {
    ++position;
    const auto origin = fmt::format("{} target {}", connection.url_of(""),
                                    entry.id != 0 ? entry.id : static_cast<std::int64_t>(position));
    try {
      auto target = to_target(entry, version);
      target.origin = origin;
      if (seen.emplace(target.kind, target.url, target.branch, target.path, target.repository)
              .second)
        listing.targets.push_back(std::move(target));
    } catch (const Error& error) {
      listing.problems.push_back(origin + " can't be used: " + error.what());
    }
  }
  name_all(listing.targets);
  return listing;
}

}  // namespace pkgkiln::vieter
