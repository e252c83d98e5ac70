#include "core/vieter/connection.hpp"
#include "core/vieter/listing.hpp"

// No version says which it is; each is known by a route or an answer that the ones before it don't
// have.

namespace pkgkiln::vieter {

namespace {

using Shape = ListingPage::Shape;

constexpr const char* kTargets = "/api/v1/targets";
constexpr const char* kRepos = "/api/repos";

}  // namespace

Server::Connection::Detected Server::Connection::detect() {
  const auto newer = with_key("GET", std::string(kTargets) + "?limit=1&offset=0");
  const auto answer = insist(newer, Purpose::question, ListingPage::kMostBytes);
  if (answer.ok()) return tell_apart();
  if (answer.status == 401) throw unexpected(newer, answer);

  const auto older = with_key("GET", std::string(kRepos) + "?limit=1&offset=0");
  const auto list = insist(older, Purpose::question, ListingPage::kMostBytes);
  // The seed refuses keys with a 200.
  if (list.status == 401 || list.body == "Unauthorized.") throw unexpected(older, {401, {}, {}});
  if (!list.ok()) throw unexpected(older, list);
  try {
    switch (ListingPage::parse(list.body).shape) {
      case Shape::bare_array:
        return {Version::seed, "before 0.2"};
      case Shape::data_map:
        return {Version::v0_2, "0.2"};
      case Shape::data_array:
        return {Version::v0_3, "0.3"};
    }
  } catch (Error& error) {
    error.while_doing(url_of(kRepos) + " does not answer like a Vieter server");
    error.advise("check vieter.address");
    throw;
  }
  return {Version::seed, {}};
}

/// 0.4 and later. With a limit of nothing 0.6 gives all, the ones before it give nothing.
Server::Connection::Detected Server::Connection::tell_apart() {
  const auto count = [this](const char* limit) {
    const auto request = with_key("GET", std::string(kTargets) + "?offset=0&limit=" + limit);
    const auto answer = insist(request, Purpose::question, ListingPage::kMostBytes);
    if (!answer.ok()) throw unexpected(request, answer);
    try {
      const auto page = ListingPage::parse(answer.body);
      if (page.shape != Shape::data_array) throw Error("it has no list of data");
      return page.entries.size();
    } catch (Error& error) {
      error.while_doing(url_of(kTargets) + " does not answer like a Vieter server");
      error.advise("check vieter.address");
      throw;
    }
  };
  const auto one = count("1");
  const auto jobs = insist(
      with_key("GET", "/api/v1/jobs/poll?max=0&arch=" + net::escape(settings_.machine_arch)));
  if (!jobs.ok()) return {Version::v0_4, "0.4"};
  if (one == 0) return {Version::v0_5, "0.5 or 0.6"};
  return count("0") > 0 ? Detected{Version::v0_6, "0.6"} : Detected{Version::v0_5, "0.5"};
}

}  // namespace pkgkiln::vieter
