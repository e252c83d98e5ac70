#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/git/advertised_refs.hpp"
#include "core/git/pkt_line.hpp"

/// What is said over Git's smart HTTP to learn the refs of a repository: gitprotocol-v2(5) and
/// gitprotocol-http(5). Pure; what servers say is hostile, and Unusual is thrown for what doesn't
/// have the form.
namespace pkgkiln::git {

/// The answer to GET info/refs.
struct Advertisement {
  bool speaks_v2 = false;     // then the refs have yet to be asked for
  std::string object_format;  // as a server of version 2 announces it; may be empty
  AdvertisedRefs refs;        // of versions 0 and 1: all there are
};

Advertisement read_advertisement(std::string_view body);

/// The body of a POST that asks a server of version 2 for the refs whose full names begin with one
/// of these, without control characters.
std::string ls_refs_request(const std::vector<std::string>& prefixes,
                            const std::string& object_format);

/// The answer to it.
AdvertisedRefs read_ls_refs(std::string_view body);

}  // namespace pkgkiln::git
