#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

#include "config/loading.hpp"
#include "core/base/path_pattern.hpp"
#include "core/targets/target_checks.hpp"

namespace pkgkiln::config {

namespace {

namespace fs = std::filesystem;

class Completion {
 public:
  explicit Completion(Loading& loading) : loading_(loading), settings_(loading.result.settings) {}

  void directories() {
    if (settings_.build.state_dir.empty())
      settings_.build.state_dir = ours("build.state_dir", "XDG_STATE_HOME", ".local/state");
    if (settings_.repositories.empty() && !has_server())
      settings_.repositories.push_back({"pkgkiln", default_path() / "repository"});
  }

  void repositories() {
    std::map<std::string, Origin> seen;
    for (std::size_t i = 0; i < settings_.repositories.size(); ++i) {
      claim(seen, "repositories", i, settings_.repositories[i].name);
      check_place(i, settings_.repositories[i]);
      check_prune(i, settings_.repositories[i]);
    }
  }

  void server() {
    if (!has_server() || !settings_.vieter.api_key.empty() || refused("vieter.api_key")) return;
    loading_.problems.add(origin_of("vieter.address"),
                          "vieter.api_key: expected the server's key, since vieter.address is set "
                          "(VIETER_API_KEY_FILE names a file that holds it)");
  }

  void signing() {
    const auto& sign = settings_.sign;
    const std::array<std::pair<std::string, const fs::path*>, 3> others{
        {{"sign.key_file", &sign.key_file},
         {"sign.passphrase_file", &sign.passphrase_file},
         {"sign.home", &sign.home}}};
    for (const auto& [name, value] : others)
      if (!value->empty() && !loading_.result.origins.contains("sign.key")) {
        loading_.problems.add(origin_of(name),
                              fmt::format("sign.key: expected one, since {} is set", name));
        return;
      }
    if (sign.key.empty()) return;
    const auto& repositories = settings_.repositories;
    if (has_server() &&
        (repositories.empty() || std::any_of(repositories.begin(), repositories.end(),
                                             [](const auto& one) { return one.path.empty(); })))
      loading_.result.notices.emplace_back(
          "what is published on the Vieter server is not signed: it takes no signatures");
    if (origin_of("sign.key").source.ends_with(" GPGKEY"))
      loading_.result.notices.emplace_back(
          "packages are signed, since GPGKEY is set; key = \"\" below [sign] turns that off");
  }

  void targets() {
    std::map<std::string, Origin> seen;
    for (std::size_t i = 0; i < settings_.targets.size(); ++i) {
      auto& target = settings_.targets[i];
      check_place(i, target);
      check_kind(i, target);
      check_pattern(i, target);
      if (target.repository.empty()) target.repository = default_repository(settings_);
      check_repository(i, target);
      name_it(i, target);
      claim(seen, "targets", i, target.name);
    }
  }

 private:
  /// Nobody but root enters root's home, and pacman 7 downloads as a user of its own. What earlier
  /// versions put there stays.
  fs::path default_path() {
    const auto own = ours("repositories.path", "XDG_DATA_HOME", ".local/share");
    const auto& request = loading_.request;
    std::error_code ignored;
    if (request.shared_data.empty() || request.env.contains("XDG_DATA_HOME") ||
        fs::exists(own / "repository", ignored))
      return own;
    return request.shared_data;
  }

  bool has_server() const { return !settings_.vieter.address.empty(); }

  bool refused(const std::string& key) const { return loading_.refused.contains(key); }

  Origin origin_of(const std::string& key) const { return loading_.result.origin_of(key); }

  fs::path ours(const std::string& key, const std::string& variable, const fs::path& fallback) {
    auto directory = xdg_directory(loading_.request, variable, fallback);
    if (directory.empty())
      loading_.problems.add(
          {key, 0, 0}, fmt::format("no home directory is known, set it, HOME or {}", variable));
    return directory;
  }

  /// Where a key of an entry stands, or else the entry itself.
  Origin origin(std::string_view table, std::size_t index, std::string_view name) const {
    const auto entry = fmt::format("{}[{}]", table, index);
    const auto key = fmt::format("{}.{}", entry, name);
    return origin_of(loading_.result.origins.contains(key) ? key : entry);
  }

  /// One name, one entry. Names that were refused already are empty.
  void claim(std::map<std::string, Origin>& seen, std::string_view table, std::size_t index,
             const std::string& name) {
    if (name.empty()) return;
    const auto where = origin(table, index, "name");
    const auto [first, is_new] = seen.emplace(name, where);
    if (is_new) return;
    loading_.problems.add(where, fmt::format("{}.name: expected a name of its own, found \"{}\" "
                                             "again (first at {})",
                                             table, name, first->second.position()));
  }

  void check_place(std::size_t index, const RepositorySettings& repository) {
    const bool server_would = has_server() || refused("vieter.address");
    if (!repository.path.empty() || server_would ||
        refused(fmt::format("repositories[{}].path", index)))
      return;
    loading_.problems.add(
        origin("repositories", index, "path"),
        "repositories.path: expected a directory, since no vieter.address is set");
  }

  void check_place(std::size_t index, const TargetSettings& target) {
    if (target.aur_names.empty()) {
      if (target.url.empty() && !refused(fmt::format("targets[{}].url", index)) &&
          !refused(fmt::format("targets[{}].aur", index)))
        loading_.problems.add(origin_of(fmt::format("targets[{}]", index)),
                              "targets.url: expected one such as "
                              "\"https://git.example.com/packages.git\", or aur, found none");
      return;
    }
    const auto expect_none = [&](const char* key, const std::string& found) {
      if (!found.empty())
        loading_.problems.add(
            origin("targets", index, key),
            fmt::format("targets.{}: expected none beside aur, found {}", key, shown(found)));
    };
    expect_none("url", target.url);
    expect_none("branch", target.branch);
    expect_none("path", target.path);
    if (target.kind == TargetKind::url) expect_none("kind", "url");
    if (target.aur_names.size() > 1 && !target.name.empty())
      loading_.problems.add(
          origin("targets", index, "name"),
          fmt::format("targets.name: expected none for several packages of the AUR, found {}",
                      shown(target.name)));
  }

  void check_prune(std::size_t index, const RepositorySettings& repository) {
    if (repository.prune && repository.path.empty() && has_server())
      loading_.problems.add(origin("repositories", index, "prune"),
                            "repositories.prune: expected false, since only a repository with a "
                            "path can be pruned");
  }

  void check_pattern(std::size_t index, const TargetSettings& target) {
    const auto expect_none = [&](const char* key, const char* why, std::string found) {
      loading_.problems.add(
          origin("targets", index, key),
          fmt::format("targets.{}: expected none {}, found {}", key, why, std::move(found)));
    };
    const bool is_pattern = !PathPattern(target.path).is_path();
    if (is_pattern && !target.name.empty())
      expect_none("name", "where path stands for many directories, which give the names",
                  shown(target.name));
    if (!is_pattern && !target.exclude.empty())
      expect_none("exclude", "unless path is a pattern such as \"*\"",
                  fmt::format("{} of them", target.exclude.size()));
    if (target.kind == TargetKind::url && target.checkout != Checkout::directory)
      expect_none("checkout", "for kind = \"url\"", shown(word(target.checkout)));
  }

  void check_kind(std::size_t index, const Target& target) {
    if (target.kind != TargetKind::url || target.url.empty()) return;
    if (!is_download_url(target.url))
      loading_.problems.add(
          origin("targets", index, "url"),
          fmt::format(
              "targets.url: expected an https, http or file URL for kind = \"url\", found {}",
              shown(target.url)));
    for (const auto& [name, value] : {std::pair("branch", target.branch), {"path", target.path}})
      if (!value.empty())
        loading_.problems.add(origin("targets", index, name),
                              fmt::format("targets.{}: expected none for kind = \"url\", found {}",
                                          name, shown(value)));
  }

  /// A server makes the repositories that it is asked for; once some are listed, they are all.
  void check_repository(std::size_t index, const Target& target) {
    if (settings_.repositories.empty()) return;
    std::vector<std::string> names;
    for (const auto& repository : settings_.repositories) {
      if (repository.name == target.repository || repository.name.empty()) return;
      names.push_back(toml_string(repository.name));
    }
    loading_.problems.add(origin("targets", index, "repository"),
                          fmt::format("targets.repository: expected a configured repository ({}), "
                                      "found \"{}\"",
                                      fmt::join(names, ", "), target.repository));
  }

  void name_it(std::size_t index, Target& target) {
    if (refused(fmt::format("targets[{}].name", index)) || !target.name.empty() ||
        target.url.empty())
      return;
    const PathPattern path(target.path);
    if (!path.is_path()) return;
    target.name = default_target_name(target.kind, target.url, path.path());
    if (target.name.empty())
      loading_.problems.add(
          origin("targets", index, "url"),
          fmt::format("targets.name: expected one, since none can be made from {}",
                      shown(target.url)));
  }

  Loading& loading_;
  Settings& settings_;
};

}  // namespace

std::string default_repository(const Settings& settings) {
  return settings.repositories.empty() ? "vieter" : settings.repositories.front().name;
}

void complete(Loading& loading) {
  Completion completion(loading);
  completion.directories();
  completion.server();
  completion.repositories();
  completion.signing();
  completion.targets();
}

}  // namespace pkgkiln::config
