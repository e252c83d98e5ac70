#include "core/runtime/labels.hpp"

#include "core/base/text.hpp"

namespace pkgkiln {

std::string object_name_part(const std::string& target) {
  std::string part;
  for (const char c : target.substr(0, 60))
    part += is_alphanumeric(c) || c == '.' || c == '-' ? c : '_';
  return part;
}

}  // namespace pkgkiln
