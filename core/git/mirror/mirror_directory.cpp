#include "core/git/mirror/mirror_directory.hpp"

#include <exception>
#include <fcntl.h>
#include <system_error>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/git/mirror/tree.hpp"

namespace pkgkiln::git {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMark = "pkgkiln-origin";
/// Each fetch adds a pack, and nothing is ever repacked.
constexpr std::size_t kMostPacks = 50;
constexpr std::uint64_t kMostPacked = std::uint64_t{4} << 30U;
constexpr std::size_t kSha256Digits = 64;
constexpr const char* kKept = "refs/pkgkiln/kept";
constexpr std::size_t kMostKeptCommits = 1'000;

void write(const fs::path& path, std::string_view content) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) throw_errno("cannot make '" + path.string() + "'");
  write_all(fd.get(), content, path);
}

/// The location as a digest, since its path or query may hold a token.
std::string mark_of(const std::string& location, std::size_t id_length) {
  return sha256_of(location) + " " + std::to_string(id_length) + "\n";
}

/// What `git init --bare` would write without a template: a process for each mirror takes longer.
/// No sync, here and when git fetches: what a power cut damages is made anew.
void write_empty_repository(const fs::path& path, std::size_t id_length) {
  for (const auto* folder : {"objects/pack", "refs"}) fs::create_directories(path / folder);
  write(path / "HEAD", "ref: refs/heads/main\n");
  write(path / "config", id_length == kSha256Digits
                             ? "[core]\n\trepositoryformatversion = 1\n\tbare = true\n"
                               "[extensions]\n\tobjectformat = sha256\n"
                             : "[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
}

/// Whether it mirrors that, as far as its file says.
bool has_mark(const fs::path& path, const std::string& mark) {
  try {
    return read_file(path / kMark, 200) == mark;
  } catch (const Error&) {
    return false;
  }
}

bool has_room(const fs::path& path) {
  std::error_code none;
  std::size_t packs = 0;
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(path / "objects/pack", none)) {
    if (entry.path().extension() != ".pack") continue;
    ++packs;
    bytes += fs::file_size(entry.path(), none);
  }
  return packs < kMostPacks && bytes < kMostPacked;
}

}  // namespace

bool MirrorDirectory::serves(const std::string& location, std::size_t id_length) const {
  return has_mark(path_, mark_of(location, id_length)) && has_room(path_);
}

void MirrorDirectory::remake(const std::string& location, std::size_t id_length) const {
  const auto failed = [&](const std::string& why) {
    return Error("cannot make the mirror '" + path_.string() + "'")
        .because(why)
        .advise("check the owner of the state directory, and the free space on its disk");
  };
  const auto mark = mark_of(location, id_length);
  const fs::path former(path_.string() + ".former");
  try {
    fs::remove_all(former);
    const bool keeps = has_mark(path_, mark) && fs::exists(path_ / kKept);
    if (keeps) fs::rename(path_, former);
    fs::remove_all(path_);
    write_empty_repository(path_, id_length);
    if (keeps) take_kept_of(former);
    fs::remove_all(former);
    write(path_ / kMark, mark);
  } catch (const fs::filesystem_error& error) {
    throw failed(error.code().message());
  } catch (const Error& error) {
    throw failed(error.what());
  }
}

/// As far as it can be read: what is missing is fetched when it is asked for.
void MirrorDirectory::take_kept_of(const fs::path& former) const {
  Command command;
  command.git_dir = path_;
  const std::string refs = std::string(kKept) + "/*";
  command.arguments = {"fetch",
                       "--quiet",
                       "--depth=1",
                       "--no-tags",
                       "--no-write-fetch-head",
                       "--update-shallow",
                       "--",
                       "file://" + fs::absolute(former).string(),
                       "+" + refs + ":" + refs};
  run(
      command, [](std::string_view) {}, Cancellation::never());
}

bool MirrorDirectory::keep(const std::string& commit, const Cancellation& cancel) const {
  const auto ref = path_ / ref_to_keep(commit);
  std::error_code ignored;
  if (!fs::exists(ref)) {
    try {
      read(
          {"rev-list", "--objects", "--quiet", commit + "^{tree}"}, [](std::string_view) {},
          cancel);
    } catch (const DamagedObjects&) {
      return false;
    }
    fs::create_directories(ref.parent_path(), ignored);
    write(ref, commit + "\n");
  }
  fs::last_write_time(ref, fs::file_time_type::clock::now(), ignored);
  const auto all = newest_first(ref.parent_path());
  for (auto i = kMostKeptCommits; i < all.size(); ++i) fs::remove(all[i], ignored);
  return true;
}

void MirrorDirectory::invalidate() const noexcept {
  std::error_code ignored;
  fs::remove(path_ / kMark, ignored);
}

void MirrorDirectory::remove_unfinished() const noexcept {
  try {
    for (const auto& path : newest_first(path_ / "objects/pack"))
      if (path.filename().string().starts_with("tmp_")) fs::remove(path);
    for (const auto& path : newest_first(path_ / kKept))
      if (path.extension() == ".lock") fs::remove(path);
  } catch (const std::exception&) {  // the next fetch tries again
  }
}

std::string MirrorDirectory::ref_for(const std::string& remote_ref) {
  return "refs/pkgkiln/" + sha256_of(remote_ref).substr(0, 32);
}

std::string MirrorDirectory::ref_to_keep(const std::string& commit) {
  return std::string(kKept) + "/" + commit;
}

void MirrorDirectory::read(std::vector<std::string> arguments, const Sink& output,
                           const Cancellation& cancel, std::string input) const {
  Command command;
  command.arguments = std::move(arguments);
  command.git_dir = path_;
  command.input = std::move(input);
  const auto result = run(command, output, cancel);
  if (result.code == 0) return;
  throw DamagedObjects("cannot read the mirror '" + path_.string() + "'")
      .because(displayable_errors(result.error_output));
}

}  // namespace pkgkiln::git
