#include "core/targets/git_source.hpp"

#include <utility>

namespace pkgkiln {

GitSource::GitSource(std::filesystem::path mirror, git::Remotes& remotes, std::string url,
                     std::string branch, std::string path)
    : mirror_(std::move(mirror), url, remotes),
      remotes_(remotes),
      url_(std::move(url)),
      branch_(std::move(branch)),
      path_(std::move(path)) {}

PackagingSource::Tip GitSource::ask(const Cancellation& cancel) {
  const auto tip = remotes_.ask_tip(url_, branch_, cancel);
  return {tip.ref, tip.commit};
}

PackagingSource::Tip GitSource::fetch(const Tip& tip, const Cancellation& cancel) {
  const auto fetched = mirror_.fetch({tip.ref, tip.commit}, cancel);
  return {fetched.ref, fetched.commit};
}

std::string GitSource::tree(const std::string& commit) const {
  return mirror_.tree(commit, path_);
}

std::optional<std::string> GitSource::read_file(const std::string& commit,
                                                const std::string& name) const {
  return mirror_.read_file(commit, path_ + "/" + name);
}

void GitSource::export_tar(const std::string& commit, int uid, const Sink& tar,
                           const Cancellation& cancel) const {
  mirror_.export_tar(commit, path_, uid, tar, cancel);
}

}  // namespace pkgkiln
