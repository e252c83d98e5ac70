#include "core/targets/packaging_source.hpp"

#include <utility>

#include "core/targets/url_source.hpp"

namespace pkgkiln {

namespace {

/// A directory of a branch of a Git repository.
class GitSource : public PackagingSource {
 public:
  GitSource(std::filesystem::path mirror, git::Remotes& remotes, const Target& target)
      : mirror_(std::move(mirror), target.url, remotes),
        remotes_(remotes),
        url_(target.url),
        branch_(target.branch),
        path_(target.path) {}

  git::Tip ask(const Cancellation& cancel) override {
    return remotes_.ask_tip(url_, branch_, cancel);
  }
  git::Tip fetch(const git::Tip& tip, const Cancellation& cancel) override {
    return mirror_.fetch(tip, cancel);
  }
  std::string tree(const std::string& commit) const override { return mirror_.tree(commit, path_); }
  std::optional<std::string> read_file(const std::string& commit,
                                       const std::string& name) const override {
    return mirror_.read_file(commit, path_ + "/" + name);
  }
  void export_tar(const std::string& commit, int uid, const Sink& tar,
                  const Cancellation& cancel) const override {
    mirror_.export_tar(commit, path_, uid, tar, cancel);
  }

 private:
  git::Mirror mirror_;
  git::Remotes& remotes_;
  std::string url_, branch_, path_;
};

}  // namespace

std::unique_ptr<PackagingSource> open_source(const Target& target, const StateDir& state,
                                             git::Remotes& remotes) {
  auto mirror = state.mirror(target.name);
  if (target.kind == TargetKind::url)
    return std::make_unique<UrlSource>(std::move(mirror), target.url);
  return std::make_unique<GitSource>(std::move(mirror), remotes, target);
}

}  // namespace pkgkiln
