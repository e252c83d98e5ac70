#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pkgkiln::trust {

/// Where a source comes from, as makepkg reads it (PKGBUILD(5), "source" and "Using VCS sources"):
/// "[name::][vcs+]url[?signed][#kind=value]".
struct SourceIdentity {
  std::string host;     // lower case, with its port; empty for a file beside the PKGBUILD
  std::string project;  // what it is there but for its version
  std::string name;     // that it gets, but for its version
  bool is_vcs = false;
  bool is_signed = false;     // "?signed"
  bool is_signature = false;  // a file that signs another one
  std::string pinned;         // the commit, in hex
  std::string repository;     // of a VCS: its URL

  bool is_local() const { return host.empty(); }
  /// The same thing, maybe of another version.
  bool is_same(const SourceIdentity& other) const {
    return host == other.host && project == other.project && name == other.name &&
           is_vcs == other.is_vcs;
  }
};

/// `slots` are values that may be another in each version: the pkgver, and what is made like it.
SourceIdentity identify(std::string_view source, const std::vector<std::string>& slots);

/// Whether a text looks like a version ("1.2-rc1", "v3"), or a hash.
bool is_version_like(std::string_view text);
/// In lower case, at least 7 digits and at most 64 of them.
bool is_hash_like(std::string_view text);
/// What is left of a text without its version: the slots, hashes and numbers, in however many
/// parts, are one "0".
std::string masked(std::string text, const std::vector<std::string>& slots);

}  // namespace pkgkiln::trust
