#include "runtimes/shared/classification.hpp"

#include <algorithm>
#include <array>

namespace pkgkiln::runtimes {

namespace {

using Kind = RuntimeError::Kind;

// Network trouble before what is missing: its texts may quote a URL with any words in it. A layer
// that can't be unpacked first of all: it may end with an "unexpected EOF" too.
constexpr std::array kPullMeanings = {
    Meaning{0, "processing tar file", Kind::rejected},
    Meaning{0, "failed to register layer", Kind::rejected},  // Docker 26 and later
    Meaning{0, "failed to extract layer", Kind::rejected},   // with containerd's store
    Meaning{0, "unpacking failed", Kind::rejected},
    Meaning{0, "adding layer with blob", Kind::rejected},  // Podman
    Meaning{0, "no such host", Kind::unreachable},
    Meaning{0, "connection refused", Kind::unreachable},
    Meaning{0, "connection reset", Kind::unreachable},
    Meaning{0, "no route to host", Kind::unreachable},
    Meaning{0, "network is unreachable", Kind::unreachable},
    Meaning{0, "i/o timeout", Kind::unreachable},
    Meaning{0, "tls handshake timeout", Kind::unreachable},
    Meaning{0, "deadline exceeded", Kind::unreachable},
    Meaning{0, "request canceled", Kind::unreachable},
    Meaning{0, "server misbehaving", Kind::unreachable},
    Meaning{0, "temporary failure in name resolution", Kind::unreachable},
    Meaning{0, "unexpected eof", Kind::unreachable},
    Meaning{0, ": eof", Kind::unreachable},
    Meaning{0, "server gave http response to https client", Kind::unreachable},
    Meaning{0, "x509:", Kind::unreachable},
    Meaning{0, "502 bad gateway", Kind::unreachable},
    Meaning{0, "503 service unavailable", Kind::unreachable},
    Meaning{0, "504 gateway", Kind::unreachable},
    Meaning{0, "toomanyrequests", Kind::unreachable},
    Meaning{0, "too many requests", Kind::unreachable},
    Meaning{0, "manifest unknown", Kind::not_found},
    Meaning{0, "name unknown", Kind::not_found},
    Meaning{0, "not found", Kind::not_found},
    Meaning{0, "no such image", Kind::not_found},
    Meaning{0, "repository does not exist", Kind::not_found},
    Meaning{0, "repository name not known", Kind::not_found},
    Meaning{0, "access to the resource is denied", Kind::not_found},
    Meaning{0, "access denied", Kind::not_found},
    Meaning{0, "unauthorized", Kind::not_found},
    Meaning{0, "authentication required", Kind::not_found},
    Meaning{0, "no basic auth credentials", Kind::not_found},
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool contains_ignoring_case(std::string_view text, std::string_view part) {
  const auto same = [](char left, char right) { return lower(left) == right; };
  return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end() ||
         part.empty();
}

RuntimeError::Kind classify_by(std::span<const Meaning> table, int status, std::string_view words) {
  for (const auto& meaning : table)
    if ((meaning.status == 0 || meaning.status == status) &&
        contains_ignoring_case(words, meaning.words))
      return meaning.kind;
  if (status == 404) return Kind::not_found;
  if (status == 409) return Kind::conflict;
  return Kind::rejected;
}

bool asks_for_login(std::string_view words) {
  constexpr std::array<std::string_view, 5> clues = {"unauthorized", "authentication required",
                                                     "access denied", "is denied",
                                                     "no basic auth credentials"};
  return std::any_of(clues.begin(), clues.end(),
                     [&](std::string_view clue) { return contains_ignoring_case(words, clue); });
}

RuntimeError::Kind classify_pull(std::string_view words) {
  return classify_by(kPullMeanings, 0, words);
}

}  // namespace pkgkiln::runtimes
