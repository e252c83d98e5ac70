#pragma once

#include <ostream>
#include <string>
#include <utility>

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

/// `url` as it may be shown: the user part of its authority and the values of its query replaced
/// by stars. A fragment is shown.
std::string displayable_url(const std::string& url);

}  // namespace pkgkiln
