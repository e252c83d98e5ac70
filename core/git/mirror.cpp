#include <chrono>

#include "core/git/git.hpp"
#include "core/git/mirror_directory.hpp"
#include "core/git/remote.hpp"
#include "core/git/remote_url.hpp"
#include "core/git/remotes.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::chrono::minutes kLongestFetch{30};

Result fetch_ref(const MirrorDirectory& mirror, const Remote& remote, const std::string& ref,
                 bool shallow, const Cancellation& cancel) {
  Command command;
  command.git_dir = mirror.path();
  command.arguments = {"fetch",
                       "--quiet",
                       "--no-tags",
                       "--no-recurse-submodules",
                       "--no-write-fetch-head",
                       "--no-auto-maintenance",
                       "--update-shallow"};
  if (shallow) command.arguments.emplace_back("--depth=1");
  command.arguments.insert(
      command.arguments.end(),
      {"--", remote.location(), "+" + ref + ":" + std::string(MirrorDirectory::tip_ref)});
  return remote.run(
      command, [](std::string_view) {}, cancel, kLongestFetch);
}

struct RemoveUnfinished {
  const MirrorDirectory& mirror;
  ~RemoveUnfinished() { mirror.remove_unfinished(); }
};

/// A plain web server ("dumb" HTTP) can't make a shallow pack: then the whole history.
Result fetch_shallow_or_all(const MirrorDirectory& mirror, const Remote& remote,
                            const std::string& ref, const Cancellation& cancel) {
  const RemoveUnfinished however_it_ends{mirror};
  mirror.remove_unfinished();  // of a run that was killed
  const auto result = fetch_ref(mirror, remote, ref, true, cancel);
  if (result.error_output.find("does not support shallow") == std::string::npos) return result;
  return fetch_ref(mirror, remote, ref, false, cancel);
}

Tip fetched_tip(const MirrorDirectory& mirror, const std::string& ref) {
  const auto commit = mirror.tip();
  if (commit) return {ref, *commit};
  mirror.condemn();
  throw Error("cannot use what was fetched as '" + ref + "'")
      .because("it names no commit")
      .advise("check the target's branch");
}

}  // namespace

Mirror::Mirror(std::filesystem::path directory, std::string url, Remotes& remotes)
    : directory_(std::move(directory)), url_(std::move(url)), remotes_(remotes) {}

Tip Mirror::fetch(const Tip& tip, const Cancellation& cancel) {
  if (!is_object_id(tip.commit) || !(tip.ref == "HEAD" || tip.ref.starts_with("refs/heads/")))
    throw Error("'" + tip.ref + "' at '" + tip.commit + "' is nothing that can be fetched");
  const auto location = parse_remote_url(url_).location;
  const MirrorDirectory mirror(directory_);
  const auto here =
      mirror.serves(location, tip.commit.size()) ? mirror.tip() : std::optional<std::string>();
  if (here == tip.commit) return tip;

  const Remote remote(url_, remotes_.user_config(cancel));
  if (here) {
    const auto result = fetch_shallow_or_all(mirror, remote, tip.ref, cancel);
    if (result.code == 0) return fetched_tip(mirror, tip.ref);
    if (classify(result.error_output) != RemoteFailure::unknown)
      throw remote_error("fetch", url_, result.error_output);
    // Not the remote's fault, as far as git tells: so maybe the mirror's.
  }
  mirror.remake(location, tip.commit.size(), cancel);
  const auto result = fetch_shallow_or_all(mirror, remote, tip.ref, cancel);
  if (result.code != 0) throw remote_error("fetch", url_, result.error_output);
  return fetched_tip(mirror, tip.ref);
}

}  // namespace pkgkiln::git
