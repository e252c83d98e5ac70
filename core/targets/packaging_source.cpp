#include "core/targets/packaging_source.hpp"

#include <functional>
#include <utility>

#include "core/base/secret.hpp"
#include "core/targets/url_source.hpp"

namespace pkgkiln {

namespace {

/// One may have itself for a submodule.
constexpr std::size_t kMostSubmodules = 100;

/// A directory of a branch of a Git repository.
class GitSource : public PackagingSource {
 public:
  enum class Of { user, stranger };  // whose choice its URL is
  GitSource(git::Mirrors& mirrors, const Target& target, Of of)
      : mirrors_(mirrors),
        of_(of),
        url_(target.url),
        branch_(target.branch),
        path_(target.path),
        given_(target.checkout == Checkout::directory ? target.path : std::string()),
        is_clone_(target.checkout == Checkout::clone),
        is_of_aur_(target.aur != nullptr || target.has_url_of_aur) {}

  git::Tip ask(const Cancellation& cancel) override {
    try {
      return mirrors_.ask_tip(url_, branch_, cancel);
    } catch (const git::EmptyRepository&) {
      if (!is_of_aur_) throw;
      throw Error("the AUR has no package base for '" + displayable_url(url_) + "'")
          .because("it gives an empty repository for a name that it doesn't have")
          .advise(
              "check the spelling: pkgkiln search finds packages, and pkgkiln show names "
              "their package base");
    }
  }
  git::Tip fetch(const git::Tip& tip, const Cancellation& cancel) override {
    if (is_clone_ && git::is_folder(url_, branch_))
      throw Error("cannot clone '" + url_ + "'")
          .because("it is a folder, whose files are taken as they lie there")
          .advise("use checkout = \"repository\", or the URL \"file://" + url_ + "\"");
    const auto fetched = mirror().fetch(tip, cancel);
    if (is_clone_)
      for_each_submodule(
          fetched.commit, cancel,
          [&](git::Mirror& submodule, const std::string& path, const std::string& commit) {
            if (submodule.fetch({"HEAD", commit}, cancel).commit == commit) return;
            throw Error("cannot fetch commit " + commit + " of the submodule '" + path + "'")
                .because("its server gives another one, the newest")
                .advise(
                    "use checkout = \"repository\", which leaves submodules "
                    "empty");
          });
    return fetched;
  }
  bool leads_to(const std::string& older, const git::Tip& newer,
                const Cancellation& cancel) override {
    return mirror().leads_to(older, newer, cancel);
  }
  bool recover(const std::string& commit, const Cancellation& cancel) override {
    return mirror().recover(commit, cancel);
  }
  git::Mirror::Content content(const std::string& commit) const override {
    return mirror().content(commit, given_);
  }
  bool surely_has_tree(const std::string& commit, const std::string& tree) const override {
    return mirror().surely_has_tree(commit, given_, tree);
  }
  bool are_alike(const std::string& commit, const std::string& tree, const std::string& other,
                 const std::vector<std::string>& but_for) const override {
    return mirror().are_alike(commit, tree, other, but_for);
  }
  std::optional<std::string> read_file(const std::string& commit,
                                       const std::string& name) const override {
    return mirror().read_file(commit, path_ + "/" + name);
  }
  std::optional<std::string> read_link(const std::string& commit,
                                       const std::string& name) const override {
    return mirror().read_link(commit, path_ + "/" + name);
  }
  std::vector<git::Mirror::File> files(const std::string& commit, std::uint64_t limit,
                                       const Cancellation& cancel) const override {
    std::vector<git::Mirror::File> files;
    const auto add = [&](git::Mirror& repository, const std::string& path, const std::string& of) {
      for (auto& file : repository.files(of, path.empty() ? given_ : std::string(), limit)) {
        limit -= file.content.size();
        if (!path.empty()) file.path = path + "/" + file.path;
        files.push_back(std::move(file));
      }
    };
    add(mirror(), {}, commit);
    if (is_clone_) for_each_submodule(commit, cancel, add);
    return files;
  }
  std::time_t time(const std::string& commit) const override { return mirror().time(commit); }
  std::vector<std::string> people(const std::string& commit) const override {
    return mirror().people(commit);
  }
  void export_tar(const std::string& commit, int uid, const Sink& tar,
                  const Cancellation& cancel) const override {
    TarWriter writer(tar, uid, time(commit));
    mirror().add_to(writer, commit, given_, {}, cancel);
    if (is_clone_) {
      for_each_submodule(
          commit, cancel,
          [&](git::Mirror& submodule, const std::string& path, const std::string& of) {
            submodule.add_to(writer, of, {}, path, cancel);
          });
      mirror().add_git_directory(writer, commit, branch_.empty() ? "main" : branch_, cancel);
    }
    writer.finish();
  }

 private:
  /// What didn't change needs none.
  git::Mirror& mirror() const {
    if (!mirror_)
      mirror_ = of_ == Of::user ? mirrors_.of(url_, branch_) : mirrors_.of_submodule(url_);
    return *mirror_;
  }

  using OfSubmodule =
      std::function<void(git::Mirror&, const std::string& path, const std::string& commit)>;
  void for_each_submodule(const std::string& commit, const Cancellation& cancel,
                          const OfSubmodule& work) const {
    std::size_t count = 0;
    for_each_submodule(mirror(), commit, {}, count, cancel, work);
  }
  void for_each_submodule(git::Mirror& in, const std::string& commit, const std::string& below,
                          std::size_t& count, const Cancellation& cancel,
                          const OfSubmodule& work) const {
    for (const auto& one : in.submodules(commit, cancel)) {
      if (++count > kMostSubmodules)
        throw Error("the repository has more than 100 submodules, and those of submodules")
            .advise("use checkout = \"repository\", which leaves submodules empty");
      const auto submodule = mirrors_.of_submodule(one.url);
      const auto path = below.empty() ? one.path : below + "/" + one.path;
      work(*submodule, path, one.commit);
      for_each_submodule(*submodule, one.commit, path, count, cancel, work);
    }
  }

  git::Mirrors& mirrors_;
  Of of_;
  mutable std::shared_ptr<git::Mirror> mirror_;
  std::string url_, branch_, path_;
  std::string given_;  // the path of what a build gets
  bool is_clone_, is_of_aur_;
};

}  // namespace

std::unique_ptr<PackagingSource> PackagingSources::open(const Target& target) {
  if (target.kind == TargetKind::url)
    return std::make_unique<UrlSource>(root_ / directory_of(target), target.url);
  return std::make_unique<GitSource>(mirrors_, target, GitSource::Of::user);
}

std::unique_ptr<PackagingSource> PackagingSources::open_foreign(const Target& target) {
  if (target.kind == TargetKind::url) return open(target);
  return std::make_unique<GitSource>(mirrors_, target, GitSource::Of::stranger);
}

std::string PackagingSources::directory_of(const Target& target) {
  // A single PKGBUILD is kept for each target: what one of them needs no more another may.
  if (target.kind == TargetKind::url) return git::Mirrors::name_of(target.url + "\n" + target.name);
  return git::Mirrors::name_of(target.url, target.branch);
}

}  // namespace pkgkiln
