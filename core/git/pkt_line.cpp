#include "core/git/pkt_line.hpp"

#include <charconv>
#include <fmt/format.h>

namespace pkgkiln::git {

namespace {

constexpr std::size_t kLengthDigits = 4;
constexpr std::size_t kLongest = 65'520;

std::size_t length_of(std::string_view digits) {
  std::size_t length = 0;
  const auto* const end = digits.data() + digits.size();
  const auto [stopped, problem] = std::from_chars(digits.data(), end, length, 16);
  if (problem != std::errc() || stopped != end || length > kLongest)
    throw Unusual("the answer is not made of pkt-lines");
  return length;
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

}  // namespace pkgkiln::git
