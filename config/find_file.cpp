#include <system_error>

#include "config/load.hpp"
#include "config/variables.hpp"
#include "core/base/error.hpp"

namespace pkgkiln::config {

namespace {

namespace fs = std::filesystem;

/// False also where a directory on the way may not be entered.
bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

fs::path must_be_there(const fs::path& path, const LoadRequest& request, const char* named_by) {
  if (is_there(request.working_dir / path)) return path;
  UsageError error("there is no configuration file '" + path.string() + "'");
  error.because(std::string("it is named by ") + named_by);
  throw UsageError(error);
}

}  // namespace

std::optional<fs::path> find_file(const LoadRequest& request) {
  if (request.file) return must_be_there(*request.file, request, "--config");
  if (const auto named = variable(request.env, "PKGKILN_CONFIG"); !named.empty())
    return must_be_there(named, request, "PKGKILN_CONFIG");
  const auto directory = xdg_directory(request, "XDG_CONFIG_HOME", ".config");
  if (!directory.empty() && is_there(directory / "config.toml")) return directory / "config.toml";
  if (is_there(request.system_file)) return request.system_file;
  return std::nullopt;
}

}  // namespace pkgkiln::config
