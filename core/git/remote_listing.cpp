#include "core/git/remote_listing.hpp"

#include <chrono>

namespace pkgkiln::git {

namespace {

constexpr std::chrono::seconds kLongestWait{120};
constexpr std::size_t kLargestRefListing = 16U << 20U;

/// What git ls-remote takes for it. What a tag leads to has to be asked for by name.
void add_patterns(const std::string& ref, std::vector<std::string>& arguments) {
  arguments.push_back(ref.ends_with('/') ? ref + "*" : ref);
  if (ref.starts_with("refs/tags/")) arguments.push_back(ref + "^{}");
}

}  // namespace

AdvertisedRefs list_refs(const Remote& remote, const std::string& url,
                         const std::vector<std::string>& which, const Cancellation& cancel) {
  Command command;
  command.arguments = {"ls-remote", "--quiet", "--symref", "--", remote.location()};
  for (const auto& ref : which) add_patterns(ref, command.arguments);
  std::string listing;
  const auto result =
      remote.run(command, bounded_text(listing, kLargestRefListing), cancel, kLongestWait);
  if (result.code != 0) throw remote_error("ask", url, result.error_output);
  return parse_advertised_refs(listing);
}

}  // namespace pkgkiln::git
