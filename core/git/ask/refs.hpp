#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/git/git.hpp"

namespace pkgkiln::git {

/// HEAD, the branches and the tags that a remote told of.
struct AdvertisedRefs {
  /// By full name of the ref. Of an annotated tag it is the commit that it leads to, if that was
  /// told.
  std::map<std::string, std::string> commits;
  std::string head;  // the ref that HEAD points to; may be empty

  /// Takes what a server says: a ref, or with "^{}" behind its name what it leads to. Hostile
  /// input: names that git doesn't allow, and those of other kinds, are left out.
  void add(std::string_view ref, std::string_view id);
  /// The same for what HEAD points to.
  void point_head_to(std::string_view ref);

  /// The names of its branches, without "refs/heads/".
  std::vector<std::string> branches() const;
};

/// What `git ls-remote --symref` printed. Hostile input: lines that don't have the form are left
/// out.
AdvertisedRefs parse_advertised_refs(std::string_view listing);

/// Whether the text is "HEAD", or a branch or a tag by its full name.
bool is_asked_for(std::string_view ref);

/// Asks a remote for refs: full names, or beginnings of names that end with '/'. It may answer
/// with more.
using ListRefs = std::function<AdvertisedRefs(const std::vector<std::string>& which)>;

/// As Remotes::ask_tip(), with that way of asking. `url` is for messages.
Tip find_tip(const std::string& url, const std::string& branch, const ListRefs& list);

/// The commit of a ref that is_asked_for(). Throws Error when there is none.
std::string find_commit(const std::string& url, const std::string& ref, const ListRefs& list);

}  // namespace pkgkiln::git
