#include "core/git/ask/ls_refs.hpp"

#include <charconv>
#include <fmt/format.h>

#include "core/base/printable.hpp"
#include "core/base/text.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::size_t kLengthDigits = 4;
constexpr std::size_t kLongest = 65'520;
constexpr std::string_view kService = "# service=git-upload-pack";
constexpr std::string_view kFormat = "object-format=";
constexpr std::string_view kSymrefTarget = "symref-target:";
constexpr std::string_view kPeeledAttribute = "peeled:";
constexpr std::string_view kHeadSymref = "symref=HEAD:";
constexpr std::string_view kNoRefs = "capabilities^{}";
constexpr std::size_t kShownText = 200;

std::size_t length_of(std::string_view digits) {
  std::size_t length = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [stopped, problem] = std::from_chars(digits.data(), end, length, 16);
  if (problem != std::errc() || stopped != end || length > kLongest)
    throw Unusual("the answer is not made of pkt-lines");
  return length;
}

/// The next line of data; nothing at the flush that ends the answer.
bool next_line(PktLines& lines, std::string_view& text) {
  const auto packet = lines.next();
  text = packet.text;
  if (packet.kind == Packet::Kind::data) {
    if (text.starts_with("ERR "))
      throw Unusual("the server says: " + printable(text.substr(4), kShownText));
    return true;
  }
  if (packet.kind != Packet::Kind::flush || !lines.at_end())
    throw Unusual("the answer has more than one part");
  return false;
}

std::string_view checked_id(std::string_view id) {
  if (!is_object_id(std::string(id))) throw Unusual("the answer has a line that names no object");
  return id;
}

Advertisement read_capabilities(PktLines& lines) {
  Advertisement advertisement;
  advertisement.speaks_v2 = true;
  bool lists_refs = false;
  for (std::string_view line; next_line(lines, line);) {
    if (line == "ls-refs" || line.starts_with("ls-refs=")) lists_refs = true;
    if (line.starts_with(kFormat)) advertisement.object_format = line.substr(kFormat.size());
  }
  const auto& format = advertisement.object_format;
  if (!lists_refs) throw Unusual("the server can't list its refs");
  if (!format.empty() && format != "sha1" && format != "sha256")
    throw Unusual("the server names its objects in an unknown way");
  return advertisement;
}

void read_capabilities_of_v0(std::string_view capabilities, AdvertisedRefs& refs) {
  while (!capabilities.empty()) {
    const auto capability = take_until(capabilities, ' ');
    if (capability.starts_with(kHeadSymref))
      refs.point_head_to(capability.substr(kHeadSymref.size()));
  }
}

/// "<id> <ref>", the first with a NUL and the capabilities behind it; at the end "shallow <id>".
void read_ref_of_v0(std::string_view line, AdvertisedRefs& refs) {
  if (line.starts_with("shallow ")) return;
  const auto id = checked_id(take_until(line, ' '));
  const auto ref = take_until(line, '\0');
  if (ref != kNoRefs) refs.add(ref, id);
  read_capabilities_of_v0(line, refs);
}

}  // namespace

std::string_view PktLines::take(std::size_t size) {
  if (size > left_.size()) throw Unusual("the answer ends in the middle of a pkt-line");
  const auto taken = left_.substr(0, size);
  left_.remove_prefix(size);
  return taken;
}

Packet PktLines::next() {
  const auto length = length_of(take(kLengthDigits));
  if (length == 0) return {Packet::Kind::flush, {}};
  if (length == 1) return {Packet::Kind::delimiter, {}};
  if (length == 2) return {Packet::Kind::response_end, {}};
  if (length < kLengthDigits) throw Unusual("the answer has a pkt-line of an impossible length");
  auto text = take(length - kLengthDigits);
  if (text.ends_with('\n')) text.remove_suffix(1);
  return {Packet::Kind::data, text};
}

std::string pkt_line(std::string_view text) {
  return fmt::format("{:04x}{}\n", text.size() + kLengthDigits + 1, text);
}

Advertisement read_advertisement(std::string_view body) {
  PktLines lines(body);
  std::string_view line;
  // Servers of version 2 may leave the service out, in front of the version.
  if (PktLines(body).next().is(kService)) {
    lines.next();
    if (lines.next().kind != Packet::Kind::flush)
      throw Unusual("the answer doesn't begin as an advertisement of refs");
  }
  bool more = next_line(lines, line);
  if (more && line == "version 2") return read_capabilities(lines);
  if (more && line == "version 1") more = next_line(lines, line);
  Advertisement advertisement;
  for (; more; more = next_line(lines, line)) read_ref_of_v0(line, advertisement.refs);
  return advertisement;
}

std::string ls_refs_request(const std::vector<std::string>& prefixes,
                            const std::string& object_format) {
  std::string body = pkt_line("command=ls-refs");
  if (!object_format.empty()) body += pkt_line(std::string(kFormat) + object_format);
  body += "0001" + pkt_line("peel") + pkt_line("symrefs");
  for (const auto& prefix : prefixes) body += pkt_line("ref-prefix " + prefix);
  return body + "0000";
}

/// "<id> <ref> <attribute>…"
AdvertisedRefs read_ls_refs(std::string_view body) {
  PktLines lines(body);
  AdvertisedRefs refs;
  for (std::string_view line; next_line(lines, line);) {
    const auto id = checked_id(take_until(line, ' '));
    const auto ref = take_until(line, ' ');
    refs.add(ref, id);
    while (!line.empty()) {
      const auto attribute = take_until(line, ' ');
      if (attribute.starts_with(kPeeledAttribute))
        refs.add(ref, attribute.substr(kPeeledAttribute.size()));
      if (ref == "HEAD" && attribute.starts_with(kSymrefTarget))
        refs.point_head_to(attribute.substr(kSymrefTarget.size()));
    }
  }
  return refs;
}

}  // namespace pkgkiln::git
