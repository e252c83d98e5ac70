#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/git/ask/refs.hpp"

namespace pkgkiln::git {

/// A server doesn't speak Git's smart HTTP, or not as it is written down: what it has can only be
/// asked with the git program, if at all.
class Unusual : public ErrorKind<Unusual> {
  using ErrorKind::ErrorKind;
};

struct Packet {
  enum class Kind { data, flush, delimiter, response_end };

  Kind kind = Kind::flush;
  std::string_view text;  // of data, without the line break at its end

  bool is(std::string_view line) const { return kind == Kind::data && text == line; }
};

/// Takes pkt-lines (gitprotocol-common(5)) off the front of a text, which must outlive this and
/// its packets.
class PktLines {
 public:
  explicit PktLines(std::string_view bytes) : left_(bytes) {}

  /// Throws Unusual for what isn't a pkt-line, and at the end of the text.
  Packet next();
  bool at_end() const { return left_.empty(); }

 private:
  std::string_view take(std::size_t size);

  std::string_view left_;
};

/// The text and a line break as a pkt-line. It may not be longer than 65,515 bytes.
std::string pkt_line(std::string_view text);

/// What is said over Git's smart HTTP to learn the refs of a repository: gitprotocol-v2(5) and
/// gitprotocol-http(5). Pure; what servers say is hostile, and Unusual is thrown for what doesn't
/// have the form.

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
