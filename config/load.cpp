#include "config/load.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <system_error>

#include "config/loading.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace pkgkiln::config {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t longest_file = 4U << 20U;

void warn_of_open_secret(LoadResult& result, const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || (status.st_mode & S_IROTH) == 0) return;
  for (const auto& key : keys())
    if (key.secret() && result.origins.contains(key.full_name()))
      result.notices.push_back(fmt::format(
          "'{}' holds {} and everyone may read it: chmod o-r it, or use {}_FILE", path.string(),
          key.full_name(), key.alias.empty() ? key.environment_name() : std::string(key.alias)));
}

void apply_file(Loading& loading, const fs::path& file, const PathBase& base) {
  const auto path = base.directory / file;
  const auto text = loading.request.text ? *loading.request.text : read_configuration(path);
  loading.result.settings.file = file;
  apply_document(loading, text, file.string(), {path.parent_path(), base.home});
  warn_of_open_secret(loading.result, path);
}

/// False also where a directory on the way may not be entered.
bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

fs::path must_be_there(const fs::path& path, const LoadRequest& request, const char* named_by) {
  if (is_there(request.working_dir / path)) return path;
  throw UsageError("there is no configuration file '" + path.string() + "'")
      .because(std::string("it is named by ") + named_by);
}

}  // namespace

fs::path absolute_file(const LoadRequest& request) {
  return fs::absolute(request.working_dir.empty() ? fs::current_path() : request.working_dir) /
         *request.file;
}

fs::path file_to_make(const LoadRequest& request) {
  if (!request.shared_data.empty()) return request.system_file;
  const auto directory = xdg_directory(request, "XDG_CONFIG_HOME", ".config");
  if (!directory.empty()) return directory / "config.toml";
  throw UsageError("there is no configuration file, and no place to make one")
      .because("no home directory is known")
      .advise("set HOME, or name a file with --config");
}

std::string read_configuration(const fs::path& path) {
  try {
    return read_file(path, longest_file);
  } catch (const Error& error) {
    throw UsageError("cannot read the configuration").because(error.what());
  }
}

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

Origin LoadResult::origin_of(const std::string& setting) const {
  const auto found = origins.find(setting);
  return found == origins.end() ? Origin() : found->second;
}

std::string setting_name(const Key& key, std::size_t index) {
  return fmt::format("{}[{}].{}", key.table, index, key.name);
}

void set(Loading& loading, const Key& key, const Value& value, const PathBase& base) {
  assign(key, key.slot(&loading.result.settings), value, base, loading.problems);
  loading.result.origins[key.full_name()] = value.origin;
}

std::optional<fs::path> find_file(const LoadRequest& request) {
  if (request.file && request.text) return request.file;
  if (request.file) return must_be_there(*request.file, request, "--config");
  if (const auto named = variable(request.env, "PKGKILN_CONFIG"); !named.empty())
    return must_be_there(named, request, "PKGKILN_CONFIG");
  const auto directory = xdg_directory(request, "XDG_CONFIG_HOME", ".config");
  if (!directory.empty() && is_there(directory / "config.toml")) return directory / "config.toml";
  if (is_there(request.system_file)) return request.system_file;
  return std::nullopt;
}

LoadResult load(const LoadRequest& request) {
  LoadRequest resolved = request;
  resolved.working_dir =
      fs::absolute(request.working_dir.empty() ? fs::current_path() : request.working_dir);
  const PathBase base{resolved.working_dir, request.home};
  Loading loading{resolved};
  if (const auto file = find_file(resolved)) apply_file(loading, *file, base);
  apply_environment(loading, base);
  apply_overrides(loading, base);
  complete(loading);
  loading.problems.throw_if_any();
  return loading.result;
}

}  // namespace pkgkiln::config
