#include "core/git/mirror/folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/file.hpp"
#include "core/base/process.hpp"
#include "core/base/text.hpp"
#include "core/git/ask/remote.hpp"
#include "core/git/mirror/tree.hpp"
#include "core/git/program.hpp"
#include "core/git/remote_url.hpp"

namespace pkgkiln::git {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestListing = std::size_t{256} << 20U;
constexpr std::size_t kMostFiles = 500'000;
constexpr int kDeepestRepository = 20;
/// Whoever it is by and whenever: only the content may count. (It is kTimeless.)
constexpr std::string_view kBy = "pkgkiln <pkgkiln> 946684800 +0000";
constexpr std::string_view kMessage = "What lies in the folder";

Error failure(const fs::path& path) {
  return Error("cannot read '" + path.string() + "'");
}

// --- which files ------------------------------------------------------------------------------

/// The paths of the files and links in a folder that count, sorted.
class Files {
 public:
  Files(fs::path folder, const Config& config, const Cancellation& cancel)
      : folder_(std::move(folder)), config_(config), cancel_(cancel) {
    std::error_code none;
    if (!fs::is_directory(folder_, none))
      throw failure(folder_).because("there is no such folder").advise("check the target's url");
    add_directory({}, 0);
  }

  const std::set<std::string>& paths() const { return paths_; }

 private:
  struct Listed {
    std::string path;  // of a repository within, with a slash at its end
    bool tracked = false;
  };

  /// A repository's top directory, or the folder itself.
  void add_directory(const std::string& directory, int depth) {
    if (depth > kDeepestRepository) return;
    auto listed = by_its_repository(directory);
    // A folder that a repository around it ignores is one by itself.
    if (!listed || listed->empty()) listed = without_repository(directory);
    for (const auto& one : *listed) {
      cancel_.check();
      auto path = under(directory, one.path);
      if (path.ends_with('/')) path.pop_back();
      if (!one.tracked && is_litter(path)) continue;
      struct stat status {};
      if (::lstat((folder_ / path).c_str(), &status) != 0) continue;  // removed, and not committed
      if (S_ISDIR(status.st_mode))
        add_directory(path, depth + 1);
      else if (S_ISREG(status.st_mode) || S_ISLNK(status.st_mode))
        paths_.insert(std::move(path));
      if (paths_.size() > kMostFiles)
        throw failure(folder_)
            .because(fmt::format("there are more than {} files in it", kMostFiles))
            .advise("name the folder of the PKGBUILDs, or have git ignore the rest");
    }
  }

  /// Git finds it itself, so it looks at who owns it.
  std::optional<std::vector<Listed>> by_its_repository(const std::string& directory) const {
    Command command;
    command.arguments = {"ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard"};
    command.found_from = folder_ / directory;
    command.config = config_;
    std::string output;
    const auto result = run(command, bounded_text(output, kLongestListing), cancel_);
    if (result.code == 0) return parsed(output);
    if (result.error_output.find("not a git repository") != std::string::npos) return std::nullopt;
    throw remote_error("look into", (folder_ / directory).string(), result.error_output);
  }

  std::vector<Listed> without_repository(const std::string& directory) const {
    // What git takes for a repository that has nothing.
    const TempDir repository;
    write_file_atomically(repository.path() / "HEAD", "ref: refs/heads/none\n", 0600);
    std::error_code told_by_git;
    fs::create_directory(repository.path() / "objects", told_by_git);
    fs::create_directory(repository.path() / "refs", told_by_git);
    Command command;
    command.arguments = {"ls-files", "-z", "-t", "--others", "--exclude-standard"};
    command.git_dir = repository.path();
    command.env = {{"GIT_WORK_TREE", (folder_ / directory).string()}};
    command.found_from = folder_ / directory;
    command.config = config_;
    std::string output;
    const auto result = run(command, bounded_text(output, kLongestListing), cancel_);
    if (result.code != 0)
      throw failure(folder_ / directory).because(displayable_errors(result.error_output));
    return parsed(output);
  }

  /// "<tag> <path>\0" each; "?" is the tag of what isn't tracked (git-ls-files(1)).
  static std::vector<Listed> parsed(std::string_view output) {
    std::vector<Listed> result;
    while (!output.empty())
      if (const auto entry = take_until(output, '\0'); entry.size() > 2)
        result.push_back({std::string(entry.substr(2)), entry.front() != '?'});
    return result;
  }

  /// What makepkg leaves beside a PKGBUILD.
  bool is_litter(const std::string& path) {
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      if (is_litter_directory(path.substr(0, slash))) return true;
    if (is_litter_directory(path)) return true;
    const auto name = path.substr(path.rfind('/') + 1);
    const bool by_name = name.find(".pkg.tar") != std::string::npos ||
                         name.find(".src.tar") != std::string::npos || name.ends_with(".log") ||
                         name.find(".log.") != std::string::npos;
    return by_name && is_beside_pkgbuild(path);
  }

  bool is_litter_directory(const std::string& path) {
    const auto [known, is_new] = litter_.try_emplace(path, false);
    if (!is_new) return known->second;
    const auto name = path.substr(path.rfind('/') + 1);
    const auto has = [&](const char* entry) {
      std::error_code none;
      return fs::exists(folder_ / path / entry, none);
    };
    const bool is_built_in = (name == "src" || name == "pkg") && is_beside_pkgbuild(path);
    return known->second = is_built_in || (has("HEAD") && has("objects") && has("refs"));
  }

  bool is_beside_pkgbuild(const std::string& path) const {
    std::error_code none;
    return fs::exists((folder_ / path).parent_path() / "PKGBUILD", none);
  }

  fs::path folder_;
  const Config& config_;
  const Cancellation& cancel_;
  std::set<std::string> paths_;
  std::map<std::string, bool> litter_;  // directories
};

// --- their content ----------------------------------------------------------------------------

struct Content {
  std::string_view mode;  // as a tree has it
  std::uint64_t size = 0;
  /// Gives just as many bytes, or throws Error.
  std::function<void(const Sink&)> read;
};

Content link_content(const fs::path& path) {
  std::array<char, 4096> target;
  const auto size = ::readlink(path.c_str(), target.data(), target.size());
  if (size < 0) throw_errno("cannot read the link '" + path.string() + "'");
  std::string text(target.data(), static_cast<std::size_t>(size));
  return {"120000", text.size(), [text](const Sink& sink) { sink(text); }};
}

void read_exactly(const UniqueFd& file, std::uint64_t size, const fs::path& path,
                  const Sink& sink) {
  std::array<char, 65536> bytes;
  while (size > 0) {
    const auto got = ::read(file.get(), bytes.data(), std::min<std::uint64_t>(size, bytes.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("cannot read '" + path.string() + "'");
    if (got == 0)
      throw failure(path).because("it became shorter while it was read").advise("run again");
    sink({bytes.data(), static_cast<std::size_t>(got)});
    size -= static_cast<std::uint64_t>(got);
  }
}

/// Nothing when it is gone, or something else by now.
std::optional<Content> content_of(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  if (S_ISLNK(status.st_mode)) return link_content(path);
  auto file = std::make_shared<UniqueFd>(
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!*file) {
    if (errno == ENOENT) return std::nullopt;
    throw_errno("cannot read '" + path.string() + "'");
  }
  if (::fstat(file->get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  return Content{(status.st_mode & S_IXUSR) != 0 ? "100755" : "100644", size,
                 [file, size, path](const Sink& sink) { read_exactly(*file, size, path, sink); }};
}

// --- the ids of objects (gitformat-tree, hash-function-transition) ------------------------------

std::string id_of(std::string_view type, std::string_view content) {
  Sha256 digest;
  digest.update(fmt::format("{} {}", type, content.size()));
  digest.update({"\0", 1});
  digest.update(content);
  return digest.finish();
}

std::string blob_id(const Content& content) {
  Sha256 digest;
  digest.update(fmt::format("blob {}", content.size));
  digest.update({"\0", 1});
  content.read([&](std::string_view bytes) { digest.update(bytes); });
  return digest.finish();
}

std::string bytes_of(const std::string& hex) {
  const auto digit = [](char c) { return is_digit(c) ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return bytes;
}

/// A tree in the making.
struct Directory {
  std::map<std::string, Directory> directories;
  std::map<std::string, std::string> entries;  // by git's order of them

  void add(std::string_view path, std::string_view mode, const std::string& id) {
    auto* at = this;
    auto name = take_until(path, '/');
    for (; !path.empty(); name = take_until(path, '/')) at = &at->directories[std::string(name)];
    at->put(std::string(name), std::string(name), mode, id);
  }

  std::string id() {
    for (auto& [name, directory] : directories) put(name + "/", name, "40000", directory.id());
    std::string content;
    for (const auto& [order, entry] : entries) content += entry;
    return id_of("tree", content);
  }

 private:
  void put(const std::string& order, const std::string& name, std::string_view mode,
           const std::string& id) {
    entries[order] = fmt::format("{} {}", mode, name) + '\0' + bytes_of(id);
  }
};

/// For the stream of git-fast-import(1).
std::string quoted(const std::string& path) {
  std::string text = "\"";
  for (const char c : path) {
    if (is_control(c))
      text += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    else if (c == '"' || c == '\\')
      (text += '\\') += c;
    else
      text += c;
  }
  return text + "\"";
}

}  // namespace

std::string commit_of_folder(const fs::path& folder, const Config& config,
                             const Cancellation& cancel) {
  Directory root;
  const Files files(folder, config, cancel);
  for (const auto& path : files.paths()) {
    cancel.check();
    if (const auto content = content_of(folder / path))
      root.add(path, content->mode, blob_id(*content));
  }
  return id_of("commit", fmt::format("tree {}\nauthor {}\ncommitter {}\n\n{}", root.id(), kBy, kBy,
                                     kMessage));
}

std::string import_folder(const fs::path& folder, const Config& config,
                          const MirrorDirectory& mirror, const std::string& ref,
                          const Cancellation& cancel) {
  const Files files(folder, config, cancel);
  Command command;
  // Into a pack, as fetches do it: their number says when the mirror is to be made anew.
  command.arguments = {"-c",          "fastimport.unpackLimit=1",
                       "-c",          "core.compression=1",
                       "fast-import", "--quiet",
                       "--done",      "--force"};
  command.git_dir = mirror.path();
  PipedProcess git(process_of(command));
  git.write(fmt::format("commit {}\nmark :1\ncommitter {}\ndata {}\n{}\n",
                        MirrorDirectory::ref_for(ref), kBy, kMessage.size(), kMessage));
  for (const auto& path : files.paths()) {
    cancel.check();
    const auto content = content_of(folder / path);
    if (!content) continue;
    git.write(fmt::format("M {} inline {}\ndata {}\n", content->mode, quoted(path), content->size));
    content->read([&](std::string_view bytes) { git.write(bytes); });
    git.write("\n");
  }
  git.write("get-mark :1\ndone\n");
  std::string id;
  std::array<char, 128> bytes;
  while (const auto got = git.read(bytes.data(), bytes.size())) id.append(bytes.data(), got);
  if (id.ends_with('\n')) id.pop_back();
  if (is_object_id(id)) return id;
  throw Error("cannot copy '" + folder.string() + "' to the mirror '" + mirror.path().string() +
              "'")
      .because(displayable_errors(git.error_output()))
      .advise("check the free space on the disk of the state directory");
}

}  // namespace pkgkiln::git
