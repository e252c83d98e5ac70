#include "core/base/random.hpp"

#include <array>
#include <ctime>
#include <random>
#include <string_view>

namespace pkgkiln {

std::string random_hex(std::size_t digits) {
  static constexpr std::string_view alphabet = "0123456789abcdef";
  std::random_device device;
  std::uniform_int_distribution<std::size_t> digit(0, alphabet.size() - 1);
  std::string text;
  while (text.size() < digits) text += alphabet[digit(device)];
  return text;
}

std::string time_and_random() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%S-", &parts);
  return std::string(text.data(), size) + random_hex(6);
}

}  // namespace pkgkiln
