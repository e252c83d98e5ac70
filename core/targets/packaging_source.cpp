#include "core/targets/packaging_source.hpp"

#include <utility>

#include "core/targets/url_source.hpp"

namespace pkgkiln {

namespace {

/// A directory of a branch of a Git repository.
class GitSource : public PackagingSource {
 public:
  GitSource(git::Mirrors& mirrors, const Target& target)
      : mirrors_(mirrors),
        url_(target.url),
        branch_(target.branch),
        path_(target.path),
        given_(target.checkout == Checkout::repository ? std::string() : target.path) {}

  git::Tip ask(const Cancellation& cancel) override {
    return mirrors_.ask_tip(url_, branch_, cancel);
  }
  git::Tip fetch(const git::Tip& tip, const Cancellation& cancel) override {
    return mirror().fetch(tip, cancel);
  }
  git::Mirror::Content content(const std::string& commit) const override {
    return mirror().content(commit, given_);
  }
  bool surely_has_tree(const std::string& commit, const std::string& tree) const override {
    return mirror().surely_has_tree(commit, given_, tree);
  }
  std::optional<std::string> read_file(const std::string& commit,
                                       const std::string& name) const override {
    return mirror().read_file(commit, path_ + "/" + name);
  }
  void export_tar(const std::string& commit, int uid, const Sink& tar,
                  const Cancellation& cancel) const override {
    mirror().export_tar(commit, given_, uid, tar, cancel);
  }

 private:
  /// What didn't change needs none.
  git::Mirror& mirror() const {
    if (!mirror_) mirror_ = mirrors_.of(url_, branch_);
    return *mirror_;
  }

  git::Mirrors& mirrors_;
  mutable std::shared_ptr<git::Mirror> mirror_;
  std::string url_, branch_, path_;
  std::string given_;  // the path of what a build gets
};

}  // namespace

std::unique_ptr<PackagingSource> PackagingSources::open(const Target& target) {
  if (target.kind == TargetKind::url)
    return std::make_unique<UrlSource>(root_ / directory_of(target), target.url);
  return std::make_unique<GitSource>(mirrors_, target);
}

std::string PackagingSources::directory_of(const Target& target) {
  // A single PKGBUILD is kept for each target: what one of them needs no more another may.
  if (target.kind == TargetKind::url) return git::Mirrors::name_of(target.url + "\n" + target.name);
  return git::Mirrors::name_of(target.url, target.branch);
}

}  // namespace pkgkiln
