#include "core/builder/script/script.hpp"

namespace pkgkiln::script {

std::vector<std::string> command(const char* script, const std::vector<std::string>& arguments) {
  std::vector<std::string> result{"/bin/bash", "-c", script, "pkgkiln"};
  result.insert(result.end(), arguments.begin(), arguments.end());
  return result;
}

}  // namespace pkgkiln::script
