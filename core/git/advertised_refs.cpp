#include "core/git/advertised_refs.hpp"

#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kSymref = "ref: ";

bool is_branch_ref(const std::string& ref) {
  return ref.starts_with(kHeads) && is_branch_name(ref.substr(kHeads.size()));
}

void read_line(std::string_view line, AdvertisedRefs& refs) {
  const auto tab = line.find('\t');
  if (tab == std::string_view::npos) return;
  const std::string value(line.substr(0, tab));
  const std::string ref(line.substr(tab + 1));
  if (value.starts_with(kSymref)) {
    const auto target = value.substr(kSymref.size());
    if (ref == "HEAD" && is_branch_ref(target)) refs.head = target;
  } else if (is_object_id(value) && (ref == "HEAD" || is_branch_ref(ref))) {
    refs.commits[ref] = value;
  }
}

}  // namespace

std::vector<std::string> AdvertisedRefs::branches() const {
  std::vector<std::string> names;
  for (const auto& [ref, commit] : commits)
    if (ref.starts_with(kHeads)) names.push_back(ref.substr(kHeads.size()));
  return names;
}

AdvertisedRefs parse_advertised_refs(std::string_view listing) {
  AdvertisedRefs refs;
  while (!listing.empty()) {
    const auto newline = listing.find('\n');
    read_line(listing.substr(0, newline), refs);
    listing = newline == std::string_view::npos ? std::string_view{} : listing.substr(newline + 1);
  }
  return refs;
}

}  // namespace pkgkiln::git
