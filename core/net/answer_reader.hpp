#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/stream.hpp"
#include "core/net/http.hpp"

namespace pkgkiln::net {

/// Puts an answer together from what the transport reads: header lines, bounded; a 2xx body goes
/// on to the sink, any other is kept in part.
class AnswerReader {
 public:
  /// Both are only referred to; `peer` is for messages.
  AnswerReader(const Sink& body, std::string peer) : body_(body), peer_(std::move(peer)) {}

  /// One line with its line break. Throws TransportError `too_large`.
  void header(std::string_view line);
  /// Whether more of the body is wanted.
  bool body(std::string_view bytes);

  /// Whether all that is wanted has come, though the peer may have more.
  bool satisfied() const { return full_; }
  /// The answer. Throws TransportError `broken` when its head was never complete.
  Response finish();

 private:
  void status_line(std::string_view line);

  const Sink& body_;
  std::string peer_;
  Response response_;
  std::size_t header_bytes_ = 0;
  bool head_complete_ = false;
  bool full_ = false;
};

}  // namespace pkgkiln::net
