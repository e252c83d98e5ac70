#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/cancellation.hpp"

namespace pkgkiln {

/// SHA-256, fed piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  /// 64 lower-case hex digits; nothing may be added after.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_of(std::string_view bytes);
/// Throws Cancelled when asked to stop on the way.
std::string sha256_of_file(const std::filesystem::path& path,
                           const Cancellation& cancel = Cancellation::never());

}  // namespace pkgkiln
