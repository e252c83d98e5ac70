#include "config/loading.hpp"

namespace pkgkiln::config {

namespace fs = std::filesystem;

std::string variable(const std::map<std::string, std::string>& env, const std::string& name) {
  const auto found = env.find(name);
  return found == env.end() ? std::string() : found->second;
}

fs::path xdg_directory(const LoadRequest& request, const std::string& name,
                       const fs::path& fallback) {
  const fs::path directory = variable(request.env, name);
  if (directory.is_absolute()) return directory / "pkgkiln";
  return request.home.empty() ? fs::path() : request.home / fallback / "pkgkiln";
}

}  // namespace pkgkiln::config
