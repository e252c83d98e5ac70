#include <fmt/format.h>
#include <map>

#include "config/loading.hpp"
#include "config/variables.hpp"
#include "core/target/target_url.hpp"

namespace pkgkiln::config {

namespace {

namespace fs = std::filesystem;

class Completion {
 public:
  explicit Completion(Loading& loading) : loading_(loading), settings_(loading.result.settings) {}

  void directories() {
    if (settings_.build.state_dir.empty())
      settings_.build.state_dir = ours("build.state_dir", "XDG_STATE_HOME", ".local/state");
    if (settings_.repositories.empty())
      settings_.repositories.push_back(
          {"pkgkiln", ours("repositories.path", "XDG_DATA_HOME", ".local/share") / "repository"});
  }

  void repositories() {
    std::map<std::string, Origin> seen;
    for (std::size_t i = 0; i < settings_.repositories.size(); ++i)
      claim(seen, "repositories", i, settings_.repositories[i].name);
  }

  void targets() {
    std::map<std::string, Origin> seen;
    for (std::size_t i = 0; i < settings_.targets.size(); ++i) {
      auto& target = settings_.targets[i];
      check_kind(i, target);
      if (target.repository.empty()) target.repository = settings_.repositories.front().name;
      check_repository(i, target);
      name_it(i, target);
      claim(seen, "targets", i, target.name);
    }
  }

 private:
  fs::path ours(const std::string& key, const std::string& variable, const fs::path& fallback) {
    auto directory = xdg_directory(loading_.request, variable, fallback);
    if (directory.empty())
      loading_.problems.add(
          {key, 0, 0}, fmt::format("no home directory is known, set it, HOME or {}", variable));
    return directory;
  }

  /// Where a key of an entry stands, or else the entry itself.
  Origin origin(std::string_view table, std::size_t index, std::string_view name) const {
    const auto& origins = loading_.result.origins;
    const auto entry = fmt::format("{}[{}]", table, index);
    const auto key = origins.find(fmt::format("{}.{}", entry, name));
    if (key != origins.end()) return key->second;
    const auto found = origins.find(entry);
    return found == origins.end() ? Origin() : found->second;
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

  void check_repository(std::size_t index, const Target& target) {
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
    const bool refused = loading_.refused.contains(fmt::format("targets[{}].name", index));
    if (refused || !target.name.empty() || target.url.empty()) return;
    target.name = default_target_name(target.kind, target.url, target.path);
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

void complete(Loading& loading) {
  Completion completion(loading);
  completion.directories();
  completion.repositories();
  completion.targets();
}

}  // namespace pkgkiln::config
