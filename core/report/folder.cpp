#include "core/report/folder.hpp"

#include <array>
#include <charconv>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <vector>

#include "core/base/digest.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::report {

namespace fs = std::filesystem;

namespace {

constexpr const char* kList = ".pkgkiln-report";
constexpr std::array kFolders{"targets", "logs"};
constexpr std::string_view kMark = "<meta name=\"generator\" content=\"pkgkiln\">";

void write_plainly(const fs::path& path, std::string_view content) {
  const UniqueFd file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
  // Web servers have users of their own, whatever the umask says.
  if (!file || ::fchmod(file.get(), 0644) != 0) throw_errno("cannot write '" + path.string() + "'");
  write_all(file.get(), content, path);
}

/// As the functions of this folder name files: a list that somebody changed leads nowhere else.
bool is_of_report(std::string_view path) {
  const auto name = take_until(path, '/');
  return path.empty() ? is_made_of(name, ".-") && !name.starts_with('.')
                      : (name == kFolders[0] || name == kFolders[1]) &&
                            is_made_of(path, "._+@-~,") && !path.starts_with('.');
}

bool is_of_others(const fs::path& index) {
  std::error_code none;
  if (!fs::exists(fs::symlink_status(index, none))) return false;
  try {
    return read_file(index).find(kMark) == std::string::npos;
  } catch (const Error&) {
    return true;
  }
}

}  // namespace

Folder::Folder(fs::path root) : root_(std::move(root)) {
  make_directories(root_);
  lock_ = UniqueFd(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock_ || ::flock(lock_.get(), LOCK_EX) != 0)
    throw_errno("cannot lock the folder '" + root_.string() + "'");
  std::error_code none;
  if (!fs::exists(root_ / kList, none) && is_of_others(root_ / "index.html"))
    throw Error("cannot write the report into '" + root_.string() + "'")
        .because("there is an index.html that pkgkiln has not written")
        .advise("give it a folder of its own");
  read_list();
  for (const auto* folder : kFolders) make_directories(root_ / folder);
}

void Folder::read_list() {
  std::string text;
  try {
    text = read_file(root_ / kList, std::uint64_t{256} << 20U);
  } catch (const Error&) {  // then all is written
    return;
  }
  for (std::string_view rest = text; !rest.empty();) {
    auto line = take_until(rest, '\n');
    File file;
    file.group = take_until(line, ' ');
    file.mark = take_until(line, ' ');
    const auto size = take_until(line, ' ');
    const auto* const end = size.data() + size.size();
    if (!is_of_report(line) || std::from_chars(size.data(), end, file.size).ptr != end) continue;
    groups_[file.group].emplace_back(line);
    old_.emplace(line, std::move(file));
  }
}

bool Folder::is_there(const std::string& path, const File& file) const {
  struct stat there {};
  return ::lstat((root_ / path).c_str(), &there) == 0 && S_ISREG(there.st_mode) &&
         static_cast<std::uint64_t>(there.st_size) == file.size;
}

void Folder::replace(const std::string& path, const std::function<void(const fs::path&)>& write) {
  const auto place = root_ / path;
  auto beside = place;
  beside += ".new";  // nobody else has the lock
  std::error_code failure;
  fs::remove(beside, failure);
  write(beside);
  fs::rename(beside, place, failure);
  std::error_code none;
  fs::remove(beside, none);  // rename(2) leaves it where both are names of one file
  if (failure)
    throw Error("cannot write '" + place.string() + "'")
        .because(failure.message())
        .advise(file_advice(failure.value()));
  ++written_;
}

void Folder::put(const std::string& path, std::string_view content) {
  const File file{"-", sha256_of(content), content.size()};
  const auto old = old_.find(path);
  if (old == old_.end() || old->second != file || !is_there(path, file))
    replace(path, [&](const fs::path& beside) { write_plainly(beside, content); });
  files_[path] = file;
}

bool Folder::keep(const Group& group) {
  const auto paths = groups_.find(group.name);
  if (paths == groups_.end()) return false;
  for (const auto& path : paths->second)
    if (const auto& file = old_.at(path); file.mark != group.mark || !is_there(path, file))
      return false;
  for (const auto& path : paths->second) files_[path] = old_.at(path);
  return true;
}

void Folder::put(const Group& group, const std::string& path, std::string_view content) {
  replace(path, [&](const fs::path& beside) { write_plainly(beside, content); });
  files_[path] = {group.name, group.mark, content.size()};
}

void Folder::put_copy(const Group& group, const std::string& path, const fs::path& of) {
  std::error_code failure;
  replace(path, [&](const fs::path& beside) {
    const auto others_read = fs::status(of, failure).permissions() & fs::perms::others_read;
    if (others_read != fs::perms::none) {
      fs::create_hard_link(of, beside, failure);
      if (!failure) return;
    }
    if (!fs::copy_file(of, beside, failure))
      throw Error("cannot copy '" + of.string() + "' into the report")
          .because(failure.message())
          .advise(file_advice(failure.value()));
    fs::permissions(beside, fs::perms(0644), failure);
  });
  files_[path] = {group.name, group.mark, fs::file_size(root_ / path, failure)};
}

void Folder::finish() {
  std::error_code failure;
  for (const auto& [path, file] : old_)
    if (!files_.contains(path) && fs::remove(root_ / path, failure)) ++removed_;
  if (files_ == old_) return;
  std::string text;
  for (const auto& [path, file] : files_)
    text += file.group + " " + file.mark + " " + std::to_string(file.size) + " " + path + "\n";
  write_file_atomically(root_ / kList, text);
}

}  // namespace pkgkiln::report
