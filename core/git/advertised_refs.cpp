#include "core/git/advertised_refs.hpp"

#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::string_view kHeads = "refs/heads/";
constexpr std::string_view kTags = "refs/tags/";
constexpr std::string_view kSymref = "ref: ";
constexpr std::string_view kPeeledSuffix = "^{}";

/// Whether the ref is of this kind, with a name that git allows.
bool is_of(std::string_view kind, std::string_view ref) {
  return ref.starts_with(kind) && is_branch_name(std::string(ref.substr(kind.size())));
}

void read_line(std::string_view line, AdvertisedRefs& refs) {
  const auto tab = line.find('\t');
  if (tab == std::string_view::npos) return;
  const auto value = line.substr(0, tab);
  const auto ref = line.substr(tab + 1);
  if (!value.starts_with(kSymref))
    refs.add(ref, value);
  else if (ref == "HEAD")
    refs.point_head_to(value.substr(kSymref.size()));
}

}  // namespace

bool is_asked_for(std::string_view ref) {
  return ref == "HEAD" || is_of(kHeads, ref) || is_of(kTags, ref);
}

void AdvertisedRefs::add(std::string_view ref, std::string_view id) {
  if (ref.ends_with(kPeeledSuffix)) ref.remove_suffix(kPeeledSuffix.size());
  if (is_object_id(std::string(id)) && is_asked_for(ref)) commits[std::string(ref)] = id;
}

void AdvertisedRefs::point_head_to(std::string_view ref) {
  if (is_of(kHeads, ref)) head = ref;
}

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
