#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace pkgkiln::runtimes::docker {

/// "1.41". API versions are two numbers and never had more.
struct ApiVersion {
  int major = 0;
  int minor = 0;

  static std::optional<ApiVersion> parse(std::string_view text);
  std::string text() const;
  auto operator<=>(const ApiVersion&) const = default;
};

/// What this program was written for: 1.41 (engine 20.10) up to 1.47; an engine that has dropped
/// 1.47 is too new.
inline constexpr ApiVersion kOldestApi{1, 41};
inline constexpr ApiVersion kNewestApi{1, 47};

/// The version to speak with an engine that offers `newest` and still takes `oldest` (its
/// ApiVersion and MinAPIVersion). Throws RuntimeError `not_engine` saying which side is too old.
ApiVersion negotiate(std::string_view newest, std::string_view oldest);

}  // namespace pkgkiln::runtimes::docker
