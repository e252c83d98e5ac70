#include "core/git/mirror/clone.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>

#include "core/base/file.hpp"
#include "core/base/printable.hpp"
#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/base/url.hpp"
#include "core/git/program.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

namespace fs = std::filesystem;

constexpr const char* kWithoutSubmodules =
    "use checkout = \"repository\", which leaves submodules empty";
constexpr std::size_t kLongestModules = std::size_t{1} << 20U;

Error submodule_error(const std::string& path) {
  return Error("cannot use the submodule '" + printable(path) + "'");
}

/// What "./" and "../" at its beginning mean is relative to the repository (git-submodule(1)).
std::string resolved(const std::string& location, std::string_view url) {
  if (!url.starts_with("./") && !url.starts_with("../")) return std::string(url);
  std::string base = location;
  while (base.ends_with('/')) base.pop_back();
  const auto root = Url(base).origin().size();
  for (;;) {
    if (url.starts_with("./")) {
      url.remove_prefix(2);
    } else if (url.starts_with("../")) {
      url.remove_prefix(3);
      const auto slash = base.rfind('/');
      base.resize(slash == std::string::npos ? 0 : std::max(slash, root));
    } else {
      return base + "/" + std::string(url);
    }
  }
}

/// The repository's committers choose it, so it gets nobody's credentials.
void check_location(const std::string& path, const std::string& url) {
  const Url parts(url);
  const bool is_open =
      parts.scheme == "http://" || parts.scheme == "https://" || parts.scheme == "git://";
  if (!is_open || !parts.user.empty() || has_control_characters(url))
    throw submodule_error(path)
        .because("its URL is '" + printable(displayable_url(url)) +
                 "', and only http, https and git are fetched, without a user")
        .advise(kWithoutSubmodules);
}

/// "submodule.<name>.<key>\n<value>\0" each (git-config(1)), by name.
struct Module {
  std::string path, url;
};
std::map<std::string, Module> modules_in(std::string_view listing) {
  constexpr std::string_view section = "submodule.";
  std::map<std::string, Module> modules;
  while (!listing.empty()) {
    const auto entry = take_until(listing, '\0');
    const auto newline = entry.find('\n');
    const auto key = entry.substr(0, newline);
    const auto dot = key.rfind('.');
    if (newline == std::string_view::npos || !key.starts_with(section) || dot < section.size())
      continue;
    auto& module = modules[std::string(key.substr(section.size(), dot - section.size()))];
    const auto name = key.substr(dot + 1);
    if (name == "path") module.path = entry.substr(newline + 1);
    if (name == "url") module.url = entry.substr(newline + 1);
  }
  return modules;
}

void git_in(const fs::path& git_dir, std::vector<std::string> arguments,
            const Cancellation& cancel) {
  Command command;
  command.arguments = std::move(arguments);
  command.git_dir = git_dir;
  const auto result = run(
      command, [](std::string_view) {}, cancel);
  if (result.code != 0)
    throw Error("cannot make a clone of the mirror")
        .because(displayable_errors(result.error_output))
        .advise("check the free space in the directory for temporary files");
}

void add_file(const fs::path& path, const std::string& name, TarWriter& tar,
              const Cancellation& cancel) {
  const auto size = fs::file_size(path);
  tar.file(name, size, false);
  std::uint64_t left = size;
  const auto source = file_source(path);
  for (std::string buffer(65536, '\0'); left > 0;) {
    cancel.check();
    const auto got = source(buffer.data(), buffer.size());
    if (got == 0) throw Error("cannot read '" + path.string() + "'").because("it became shorter");
    const auto part = std::min<std::uint64_t>(got, left);
    tar.write({buffer.data(), static_cast<std::size_t>(part)});
    left -= part;
  }
}

}  // namespace

std::vector<Submodule> submodules_of(CommitTree& tree, const MirrorDirectory& mirror,
                                     const std::string& location, const Cancellation& cancel) {
  std::vector<Submodule> found;
  for (const auto& entry : tree.list("").entries)
    if (entry.kind == TreeEntry::Kind::submodule) found.push_back({entry.path, {}, entry.object});
  if (found.empty()) return found;
  Command command;
  command.arguments = {"config", "--null", "--list", "--blob=" + tree.commit() + ":.gitmodules"};
  command.git_dir = mirror.path();
  std::string listing;
  if (run(command, bounded_text(listing, kLongestModules), cancel).code != 0)
    throw submodule_error(found.front().path)
        .because("there is no .gitmodules that Git can read")
        .advise(kWithoutSubmodules);
  const auto modules = modules_in(listing);
  for (auto& submodule : found) {
    const auto same = std::ranges::find_if(
        modules, [&](const auto& one) { return one.second.path == submodule.path; });
    if (same == modules.end() || same->second.url.empty())
      throw submodule_error(submodule.path)
          .because("no URL is in .gitmodules for it")
          .advise(kWithoutSubmodules);
    submodule.url = resolved(location, same->second.url);
    check_location(submodule.path, submodule.url);
  }
  return found;
}

void add_git_directory(const MirrorDirectory& mirror, const std::string& commit,
                       const std::string& branch, const std::string& location, TarWriter& tar,
                       const Cancellation& cancel) {
  const TempDir directory;
  const auto git_dir = directory.path() / ".git";
  const auto ref = "refs/heads/" + branch;
  git_in(git_dir,
         {"init", "--quiet", "--template=",
          std::string("--object-format=") + (commit.size() == 64 ? "sha256" : "sha1")},
         cancel);
  git_in(git_dir, {"symbolic-ref", "HEAD", ref}, cancel);
  git_in(git_dir,
         {"fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--update-shallow",
          "--update-head-ok", "--", "file://" + fs::absolute(mirror.path()).string(),
          commit + ":" + ref},
         cancel);
  git_in(git_dir, {"read-tree", commit}, cancel);
  git_in(git_dir, {"config", "core.bare", "false"}, cancel);
  git_in(git_dir, {"config", "remote.origin.url", displayable_url(location)}, cancel);
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(git_dir)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  tar.directory(".git");
  for (const auto& path : paths) {
    const auto name = path.lexically_relative(directory.path()).string();
    if (fs::is_directory(path))
      tar.directory(name);
    else
      add_file(path, name, tar, cancel);
  }
}

}  // namespace pkgkiln::git
