#include "core/base/text.hpp"
#include "core/base/url.hpp"
#include "core/git/ask/ls_refs.hpp"
#include "core/git/remote_url.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace pkgkiln::fuzz {

namespace {

void check(const git::AdvertisedRefs& refs) {
  for (const auto& [ref, commit] : refs.commits) {
    must(git::is_asked_for(ref), "only HEAD, branches and tags are kept");
    must(git::is_object_id(commit), "a commit has an id");
  }
  for (const auto& branch : refs.branches()) must(git::is_branch_name(branch), "branches are such");
  must(refs.head.empty() || (refs.head.starts_with("refs/heads/") && git::is_asked_for(refs.head)),
       "HEAD points to a branch");
}

/// As a server of version 2 lists them.
std::string listed(const git::AdvertisedRefs& refs) {
  std::string text;
  for (const auto& [ref, commit] : refs.commits) {
    const bool points = ref == "HEAD" && !refs.head.empty();
    text += git::pkt_line(commit + " " + ref + (points ? " symref-target:" + refs.head : ""));
  }
  return text + "0000";
}

void check(const git::HttpAddress& address) {
  must(address.origin.starts_with("http://") || address.origin.starts_with("https://"),
       "it is asked over HTTP");
  must(address.origin.find('@') == std::string::npos, "the user is kept apart");
  must(!has_control_characters(address.location()) &&
           address.location().find(' ') == std::string::npos,
       "a URL is one word");
  must(address.path.empty() || address.path.front() == '/', "a path begins at the root");
}

}  // namespace

void advertised_refs(std::string_view input) {
  check(git::parse_advertised_refs(input));
}

void pkt_lines(std::string_view input) {
  git::PktLines lines(input);
  std::size_t size = 0;
  accepted([&] {
    while (!lines.at_end()) {
      const auto packet = lines.next();
      const bool data = packet.kind == git::Packet::Kind::data;
      must(data || packet.text.empty(), "only data has a text");
      size += 4 + packet.text.size();
      must(size <= input.size(), "packets don't come from nowhere");
      if (!data) continue;
      const auto again = git::pkt_line(packet.text);
      must(git::PktLines(again).next().text == packet.text, "what is printed is read again");
    }
  });
}

void ls_refs(std::string_view input) {
  accepted([&] { check(git::read_advertisement(input).refs); });
  accepted([&] {
    const auto refs = git::read_ls_refs(input);
    check(refs);
    const auto again = git::read_ls_refs(listed(refs));
    must(again.commits == refs.commits && again.head == refs.head, "what is printed is read again");
  });
}

/// A URL and, on the next line, where it redirects to.
void remote_url(std::string_view input) {
  const auto end = std::min(input.find('\n'), input.size());
  accepted([&] {
    const Url parts(input.substr(0, end));
    must(parts.fragment.data() + parts.fragment.size() == input.data() + end, "no part is lost");
    const auto url = git::parse_remote_url(std::string(input.substr(0, end)));
    must(!url.location.empty() && url.location.front() != '-', "git won't take it for an option");
    must(!has_control_characters(url.location), "a URL is a line");
    must(url.origin.empty() || Url(url.location).user.empty(), "the user is kept apart");
    const auto address = git::http_address(url);
    if (!address) return;
    check(*address);
    const auto next = git::redirected(*address, input.substr(std::min(end + 1, input.size())));
    if (!next) return;
    check(*next);
    must(next->is_encrypted() || !address->is_encrypted(), "encryption is kept");
    must(next->origin == address->origin || next->authorization.empty(), "credentials stay");
  });
}

}  // namespace pkgkiln::fuzz
