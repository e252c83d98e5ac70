#include "core/git/mirror/fetch.hpp"

#include <chrono>

#include "core/net/retry.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::chrono::minutes kLongestFetch{30};
constexpr net::Patience kIfTooBusy{std::chrono::seconds(60), std::chrono::seconds(4),
                                   std::chrono::seconds(16), 3};

bool says(const Result& result, std::string_view text) {
  return result.error_output.find(text) != std::string::npos;
}

/// `source`: a commit, or the name of a ref on the remote. Depth 0: the whole history.
Result fetch_once(const std::string& ref, const MirrorDirectory& mirror, const Remote& remote,
                  const std::string& source, const Extent& extent, const Cancellation& cancel) {
  Command command;
  command.git_dir = mirror.path();
  command.largest_file = extent.largest_pack;
  command.arguments = {"fetch",
                       "--quiet",
                       "--no-tags",
                       "--no-recurse-submodules",
                       "--no-write-fetch-head",
                       "--no-auto-maintenance",
                       "--update-shallow"};
  if (extent.depth > 0) command.arguments.push_back("--depth=" + std::to_string(extent.depth));
  command.arguments.emplace_back(extent.commits_only ? "--filter=tree:0" : "--no-filter");
  command.arguments.insert(command.arguments.end(),
                           {"--", remote.location(), "+" + source + ":" + ref});
  // Nobody tells how long a server wants to be left alone that finds us too busy.
  Result result;
  const auto attempt = [&] {
    result = remote.run(
        command, [](std::string_view) {}, cancel, kLongestFetch);
    if (result.code != 0 && says(result, "returned error: 429"))
      throw net::TryLater("the server answers 429");
  };
  try {
    net::retry(kIfTooBusy, cancel, attempt);
  } catch (const net::TryLater&) {  // the result tells
  }
  return result;
}

/// Some servers filter, but not this. A plain web server ("dumb" HTTP) can't make a shallow pack:
/// then the whole history.
Result fetch_as_far_as_it_can(const std::string& ref, const MirrorDirectory& mirror,
                              const Remote& remote, const std::string& source, Extent extent,
                              const Cancellation& cancel) {
  auto result = fetch_once(ref, mirror, remote, source, extent, cancel);
  if (result.code != 0 && extent.commits_only && says(result, "filter")) {
    extent.commits_only = false;
    result = fetch_once(ref, mirror, remote, source, extent, cancel);
  }
  if (!says(result, "does not support shallow")) return result;
  extent.depth = 0;
  return fetch_once(ref, mirror, remote, source, extent, cancel);
}

}  // namespace

Result fetch_commit(const std::string& ref, const MirrorDirectory& mirror, const Remote& remote,
                    const std::string& commit, const Extent& extent, const Cancellation& cancel) {
  const RemoveUnfinished however_it_ends(mirror);
  return fetch_as_far_as_it_can(ref, mirror, remote, commit, extent, cancel);
}

Result fetch_tip(const MirrorDirectory& mirror, const Remote& remote, const Tip& tip,
                 const Extent& extent, const Cancellation& cancel) {
  const auto ref = MirrorDirectory::ref_for(tip.ref);
  const auto result = fetch_commit(ref, mirror, remote, tip.commit, extent, cancel);
  if (result.code == 0 || !may_be_the_commit(result)) return result;
  return fetch_commit(ref, mirror, remote, tip.ref, extent, cancel);
}

bool may_be_the_commit(const Result& failed) {
  const auto failure = classify(failed.error_output);
  return failure == RemoteFailure::unknown || failure == RemoteFailure::no_branch;
}

}  // namespace pkgkiln::git
