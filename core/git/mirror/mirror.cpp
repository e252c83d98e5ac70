#include <chrono>
#include <optional>

#include "core/base/digest.hpp"
#include "core/git/ask/remote.hpp"
#include "core/git/ask/remotes.hpp"
#include "core/git/git.hpp"
#include "core/git/mirror/ancestry.hpp"
#include "core/git/mirror/clone.hpp"
#include "core/git/mirror/commit_tree.hpp"
#include "core/git/mirror/fetch.hpp"
#include "core/git/mirror/folder.hpp"
#include "core/git/mirror/mirror_directory.hpp"
#include "core/git/mirror/object_reader.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::size_t kNameDigits = 32;
constexpr std::chrono::milliseconds kPoll{100};

void check_fetchable(const Tip& tip, bool of_folder) {
  const bool is_ref =
      of_folder ? tip.ref == kFolder : tip.ref == "HEAD" || tip.ref.starts_with("refs/heads/");
  if (!is_object_id(tip.commit) || !is_ref)
    throw Error("'" + tip.ref + "' at '" + tip.commit + "' is nothing that can be fetched");
}

/// What the user names lies below the root; only a link may lead up.
bool leads_up(const std::string& path) {
  return ("/" + path + "/").find("/../") != std::string::npos;
}

CommitTree::Listing list_below(CommitTree& tree, const std::string& path) {
  if (leads_up(path))
    throw Error("the repository has no directory '" + path + "'")
        .advise("set the target's path to the directory of its PKGBUILD");
  return tree.list(path);
}

}  // namespace

bool is_folder(const std::string& url, const std::string& branch) {
  namespace fs = std::filesystem;
  std::error_code none;
  if (!url.starts_with('/') || !branch.empty() || !fs::is_directory(url, none)) return false;
  return !(fs::exists(url + "/HEAD", none) && fs::exists(url + "/objects", none) &&
           fs::exists(url + "/refs", none));
}

struct Mirror::State {
  State(std::filesystem::path path, std::string the_url, Remotes& the_remotes, Of what)
      : directory(std::move(path)), url(std::move(the_url)), of(what), remotes(the_remotes) {}

  /// Whether it is there and fit to be gone on with. Asked once: what was fetched meanwhile stays.
  bool serves(const std::string& location, std::size_t id_length) {
    if (!objects && directory.serves(location, id_length)) open();
    return objects.has_value();
  }

  void open() { objects.emplace(directory.path()); }
  void close() {
    commit_tree.reset();
    objects.reset();
  }

  Remote remote(const Cancellation& cancel) const {
    const auto& config = remotes.user_config(cancel);
    return of == Of::submodule ? Remote::untrusted(url, config) : Remote(url, config);
  }

  std::optional<std::string> commit_at(const std::string& ref) {
    const auto found = objects->find(MirrorDirectory::ref_for(ref) + "^{commit}");
    return found ? std::optional(found->id) : std::nullopt;
  }

  Tip fetched_tip(const std::string& ref) {
    if (const auto commit = commit_at(ref)) return {ref, *commit};
    invalidate();
    throw Error("cannot use what was fetched as '" + ref + "'")
        .because("it names no commit")
        .advise("check the target's branch");
  }

  void invalidate() {
    close();
    directory.invalidate();
  }

  /// Reads in a commit. What is damaged is to be made anew by the next fetch.
  template <typename Work>
  auto read(const std::string& commit, const Work& work) {
    const std::lock_guard lock(mutex);
    if (!objects) open();
    try {
      if (!commit_tree || commit_tree->commit() != commit) commit_tree.emplace(*objects, commit);
      return work(*commit_tree);
    } catch (DamagedObjects& error) {
      throw damaged(error, commit);
    }
  }

  DamagedObjects damaged(DamagedObjects error, const std::string& commit) {
    invalidate();
    error.while_doing("cannot read commit " + commit + " in the mirror '" +
                      directory.path().string() + "'");
    error.advise("run again: a damaged mirror is made anew");
    return error;
  }

  std::mutex mutex;
  MirrorDirectory directory;
  std::string url;
  Of of;
  Remotes& remotes;
  std::optional<ObjectReader> objects;    // once there is something to be read
  std::optional<CommitTree> commit_tree;  // that was read in last
};

Mirror::Mirror(std::filesystem::path directory, std::string url, Remotes& remotes, Of of)
    : state_(std::make_unique<State>(std::move(directory), std::move(url), remotes, of)) {}
Mirror::~Mirror() = default;

Tip Mirror::fetch(const Tip& tip, const Cancellation& cancel) {
  auto& state = *state_;
  const bool is_folder = state.of == Of::folder;
  check_fetchable(tip, is_folder);
  const std::lock_guard lock(state.mutex);
  const auto location = parse_remote_url(state.url).location;
  const bool serves = state.serves(location, tip.commit.size());
  try {
    if (serves && state.commit_at(tip.ref) == tip.commit) return tip;
  } catch (const DamagedObjects&) {
    state.invalidate();
  }
  if (is_folder) {
    if (!serves || !state.objects) {
      state.close();
      state.directory.remake(location, kFolderIdLength);
    }
    const RemoveUnfinished however_it_ends(state.directory);
    try {
      const auto imported = import_folder(state.url, state.remotes.user_config(cancel),
                                          state.directory, tip.ref, cancel);
      state.close();
      state.open();
      if (auto fetched = state.fetched_tip(tip.ref); fetched.commit == imported) return fetched;
      throw Error("cannot copy '" + state.url + "' to the mirror '" +
                  state.directory.path().string() + "'")
          .because("git ended too early")
          .advise("check the free space on the disk of the state directory");
    } catch (const Error&) {
      state.invalidate();  // it may be the mirror's fault
      throw;
    }
  }
  const auto remote = state.remote(cancel);
  if (serves && state.objects) {
    const auto result = fetch_tip(state.directory, remote, tip, {}, cancel);
    if (result.code == 0) return state.fetched_tip(tip.ref);
    if (classify(result.error_output) != RemoteFailure::unknown)
      throw remote_error("fetch", state.url, result.error_output);
    // Not the remote's fault, as far as git tells: so maybe the mirror's.
  }
  state.close();
  state.directory.remake(location, tip.commit.size());
  const auto result = fetch_tip(state.directory, remote, tip, {}, cancel);
  if (result.code != 0) throw remote_error("fetch", state.url, result.error_output);
  state.open();
  return state.fetched_tip(tip.ref);
}

bool Mirror::leads_to(const std::string& older, const Tip& newer, const Cancellation& cancel) {
  auto& state = *state_;
  if (state.of == Of::folder || older == newer.commit) return true;
  if (!is_object_id(older) || older.size() != newer.commit.size()) return false;
  check_fetchable(newer, false);
  const std::lock_guard lock(state.mutex);
  // One commit and the next, and those that were tips here, need no history to be fetched.
  try {
    if (state.serves(parse_remote_url(state.url).location, older.size())) {
      const auto known = ancestry(*state.objects, older, newer.commit, cancel);
      if (known != Ancestry::unknown) return known == Ancestry::yes;
    }
  } catch (const DamagedObjects&) {
    state.invalidate();
  }
  return is_ancestor_on(state.remote(cancel), state.url, older, newer,
                        state.directory.path() / "history", cancel);
}

bool Mirror::recover(const std::string& commit, const Cancellation& cancel) {
  auto& state = *state_;
  if (!is_object_id(commit)) return false;
  const std::lock_guard lock(state.mutex);
  const auto location = parse_remote_url(state.url).location;
  if (state.serves(location, commit.size()) && state.directory.keep(commit, cancel)) return true;
  if (state.of == Of::folder) return false;
  const auto remote = state.remote(cancel);
  if (!state.objects) state.directory.remake(location, commit.size());
  const auto result = fetch_commit(MirrorDirectory::ref_to_keep(commit), state.directory, remote,
                                   commit, {}, cancel);
  if (result.code != 0 && !may_be_the_commit(result))
    throw remote_error("fetch", state.url, result.error_output);
  if (!state.objects) state.open();
  return result.code == 0 && state.directory.keep(commit, cancel);
}

// Files are read as objects (cat-file), not through `git archive`: so there are no attributes that
// would have to be switched off one by one.

std::optional<std::string> Mirror::read_file(const std::string& commit, const std::string& path,
                                             std::size_t limit) {
  return state_->read(commit, [&](CommitTree& tree) -> std::optional<std::string> {
    const auto entry = leads_up(path) ? std::nullopt : tree.find(path);
    if (!entry || !entry->is_file()) return std::nullopt;
    try {
      return tree.read(*entry, limit);
    } catch (Error& error) {
      error.while_doing("cannot read '" + entry->path + "' at commit " + commit);
      throw;
    }
  });
}

std::optional<std::string> Mirror::read_link(const std::string& commit, const std::string& path) {
  return state_->read(
      commit, [&](CommitTree& tree) { return leads_up(path) ? std::nullopt : tree.link_at(path); });
}

std::vector<std::string> Mirror::directories_with(const std::string& commit,
                                                  const std::string& file,
                                                  const PathPattern& wanted,
                                                  const std::vector<PathPattern>& excluded) {
  return state_->read(
      commit, [&](CommitTree& tree) { return tree.directories_with(file, wanted, excluded); });
}

Mirror::Content Mirror::content(const std::string& commit, const std::string& path) {
  return state_->read(commit, [&](CommitTree& tree) {
    auto listed = list_below(tree, path);
    if (!listed.tree.empty()) return Content{std::move(listed.tree), {}};
    std::string listing;
    for (const auto& entry : listed.entries)
      listing += std::to_string(static_cast<int>(entry.kind)) + " " + entry.object + " " +
                 entry.path + "\n";
    return Content{sha256_of(listing), std::move(listed.left_out)};
  });
}

bool Mirror::surely_has_tree(const std::string& commit, const std::string& path,
                             const std::string& tree) {
  if (!is_object_id(tree) || leads_up(path)) return false;
  return state_->read(commit, [&](CommitTree& in) {
    const auto found = in.find(path);
    return found && found->kind == TreeEntry::Kind::directory && found->object == tree;
  });
}

bool Mirror::are_alike(const std::string& commit, const std::string& tree, const std::string& other,
                       const std::vector<std::string>& but_for) {
  if (!is_object_id(tree) || !is_object_id(other)) return false;
  return state_->read(commit, [&](CommitTree& in) { return in.are_alike(tree, other, but_for); });
}

std::vector<std::string> Mirror::people(const std::string& commit) {
  return state_->read(commit, [](CommitTree& tree) { return tree.people(); });
}

std::time_t Mirror::time(const std::string& commit) {
  return state_->read(commit, [](CommitTree& tree) { return tree.time(); });
}

std::vector<Submodule> Mirror::submodules(const std::string& commit, const Cancellation& cancel) {
  const auto location = parse_remote_url(state_->url).location;
  return state_->read(commit, [&](CommitTree& tree) {
    return submodules_of(tree, state_->directory, location, cancel);
  });
}

void Mirror::add_git_directory(TarWriter& tar, const std::string& commit, const std::string& branch,
                               const Cancellation& cancel) {
  git::add_git_directory(state_->directory, commit, branch, parse_remote_url(state_->url).location,
                         tar, cancel);
}

void Mirror::add_to(TarWriter& tar, const std::string& commit, const std::string& path,
                    const std::string& below, const Cancellation& cancel) {
  auto entries =
      state_->read(commit, [&](CommitTree& tree) { return list_below(tree, path).entries; });
  if (!below.empty())
    for (auto& entry : entries) entry.path = under(below, entry.path);
  ObjectsToTar objects(entries, tar);
  // By a process of its own: whoever takes the tar may be slow, and nobody waits for that.
  try {
    state_->directory.read(
        {"cat-file", "--batch", "--buffer"}, [&](std::string_view bytes) { objects.take(bytes); },
        cancel, objects.requests());
    objects.finish();
  } catch (DamagedObjects& error) {
    const std::lock_guard lock(state_->mutex);
    throw state_->damaged(error, commit);
  }
}

std::vector<Mirror::File> Mirror::files(const std::string& commit, const std::string& path,
                                        std::uint64_t limit) {
  return state_->read(commit, [&](CommitTree& tree) {
    std::vector<File> files;
    for (auto& entry : list_below(tree, path).entries) {
      using Kind = TreeEntry::Kind;
      if (!entry.is_file() && entry.kind != Kind::link) continue;
      const auto kind = entry.kind == Kind::link         ? File::Kind::link
                        : entry.kind == Kind::executable ? File::Kind::executable
                                                         : File::Kind::file;
      auto content = tree.read(entry, limit);
      limit -= content.size();
      files.push_back({std::move(entry.path), kind, std::move(content)});
    }
    return files;
  });
}

std::shared_ptr<Mirror> Mirrors::shared(const std::string& name, const std::string& url,
                                        Mirror::Of of) {
  const std::lock_guard lock(mutex_);
  auto& known = mirrors_[name];
  auto mirror = known.lock();
  if (!mirror) known = mirror = std::make_shared<Mirror>(root_ / name, url, remotes_, of);
  return mirror;
}

std::shared_ptr<Mirror> Mirrors::of(const std::string& url, const std::string& branch) {
  const bool folder = is_folder(url, branch);
  return shared(name_of(url, branch), url, folder ? Mirror::Of::folder : Mirror::Of::repository);
}

std::shared_ptr<Mirror> Mirrors::of_submodule(const std::string& url) {
  return shared(name_of("submodule " + url), url, Mirror::Of::submodule);
}

std::string Mirrors::name_of(const std::string& url, const std::string& branch) {
  return sha256_of((is_folder(url, branch) ? "folder " : "") + url).substr(0, kNameDigits);
}

Tip Mirrors::ask_tip(const std::string& url, const std::string& branch,
                     const Cancellation& cancel) {
  std::promise<Tip> answer;
  std::shared_future<Tip> asked;
  {
    const std::lock_guard lock(mutex_);
    auto& known = tips_[{url, branch}];
    if (known.valid())
      asked = known;
    else
      known = answer.get_future().share();
  }
  if (asked.valid()) {
    while (asked.wait_for(kPoll) != std::future_status::ready) cancel.check();
    return asked.get();
  }
  try {
    const auto tip = is_folder(url, branch)
                         ? Tip{kFolder, commit_of_folder(url, remotes_.user_config(cancel), cancel)}
                         : remotes_.ask_tip(url, branch, cancel);
    answer.set_value(tip);
    return tip;
  } catch (...) {
    answer.set_exception(std::current_exception());
    throw;
  }
}

}  // namespace pkgkiln::git
