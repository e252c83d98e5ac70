#include "core/net/answer_reader.hpp"

#include <charconv>

#include "core/base/text.hpp"

namespace pkgkiln::net {

namespace {

using Kind = TransportError::Kind;

constexpr std::size_t kHeaderLimit = std::size_t{256} * 1024;
constexpr std::size_t kErrorBodyLimit = std::size_t{256} * 1024;

}  // namespace

void AnswerReader::header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kHeaderLimit)
    throw TransportError(Kind::too_large, true,
                         "the headers of " + peer_ + "'s answer are too long");
  if (line.starts_with("HTTP/")) return status_line(line);
  if (line == "\r\n" || line == "\n") head_complete_ = true;
  const auto colon = line.find(':');
  if (colon != std::string_view::npos)
    response_.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
}

/// Begins an answer: the first, or the next after a 100 or a redirect.
void AnswerReader::status_line(std::string_view line) {
  response_ = {};
  head_complete_ = false;
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return;
  const auto digits = line.substr(space + 1, 3);
  std::from_chars(digits.data(), digits.data() + digits.size(), response_.status);
}

bool AnswerReader::body(std::string_view bytes) {
  if (response_.ok()) {
    body_(bytes);
    return true;
  }
  response_.body.append(bytes.substr(0, kErrorBodyLimit - response_.body.size()));
  full_ = response_.body.size() == kErrorBodyLimit;
  return !full_;
}

Response AnswerReader::finish() {
  if (!head_complete_)
    throw TransportError(Kind::broken, true, "no answer from " + peer_)
        .because("the connection was closed in the middle of its headers");
  return std::move(response_);
}

}  // namespace pkgkiln::net
