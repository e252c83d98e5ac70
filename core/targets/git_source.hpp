#pragma once

#include "core/git/ask/remotes.hpp"
#include "core/git/git.hpp"
#include "core/targets/packaging_source.hpp"

namespace pkgkiln {

/// A directory of a branch of a Git repository.
class GitSource : public PackagingSource {
 public:
  /// `branch` empty: the remote's default; `path` empty: the root.
  GitSource(std::filesystem::path mirror, git::Remotes& remotes, std::string url,
            std::string branch, std::string path);

  Tip ask(const Cancellation& cancel) override;
  Tip fetch(const Tip& tip, const Cancellation& cancel) override;
  std::string tree(const std::string& commit) const override;
  std::optional<std::string> read_file(const std::string& commit,
                                       const std::string& name) const override;
  void export_tar(const std::string& commit, int uid, const Sink& tar,
                  const Cancellation& cancel) const override;

 private:
  git::Mirror mirror_;
  git::Remotes& remotes_;
  std::string url_, branch_, path_;
};

}  // namespace pkgkiln
