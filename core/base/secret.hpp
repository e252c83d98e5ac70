#pragma once

#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pkgkiln {

/// A text that must not be seen in logs, errors, `ps` or JSON: it formats as stars. Only
/// `reveal()` gives it away; look for that word to find every use.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "*****"; }
  bool operator==(const Secret&) const = default;

 private:
  std::string value_;
};

/// Replaces by stars what stands for user and password in URLs, in text that comes in pieces.
class PasswordMask {
 public:
  /// `variables`: of an environment, with the URLs as their values.
  explicit PasswordMask(const std::map<std::string, std::string>& variables);

  /// The text so far, but for an end that could be the beginning of a password.
  std::string pass(std::string_view text);
  /// What was kept back, when no more comes.
  std::string rest() { return std::exchange(kept_, {}); }

 private:
  std::vector<std::string> secrets_;  // "user:password"
  std::string kept_;
};

/// `url` as it may be shown: the user part of its authority and the values of its query replaced
/// by stars. A fragment is shown.
std::string displayable_url(const std::string& url);

}  // namespace pkgkiln
