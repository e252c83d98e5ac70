#include "core/git/mirror/tree.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "core/base/printable.hpp"
#include "core/base/text.hpp"

namespace pkgkiln::git {

namespace {

constexpr std::size_t kLongestHeader = 200;
constexpr std::size_t kMostEntries = 50'000;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30U;
constexpr std::size_t kLongestPath = 4096;
constexpr std::size_t kShownPath = 200;
constexpr std::uint64_t kLongestLink = 4096;

bool has_content(const TreeEntry& entry) {
  return entry.is_file() || entry.kind == TreeEntry::Kind::link;
}

std::string shown(const std::string& path) {
  return printable(path, kShownPath);
}

std::optional<TreeEntry::Kind> kind_of(std::string_view mode) {
  if (mode == "40000") return TreeEntry::Kind::directory;
  if (mode == "100755") return TreeEntry::Kind::executable;
  if (mode == "120000") return TreeEntry::Kind::link;
  if (mode == "160000") return TreeEntry::Kind::submodule;
  // 100664 was written by early versions of git.
  if (mode == "100644" || mode == "100664") return TreeEntry::Kind::file;
  return std::nullopt;
}

[[noreturn]] void refuse_entry(const std::string& path, const std::string& why) {
  throw Error("the repository holds '" + shown(path) + "', which is not accepted").because(why);
}

void check_names(const std::string& path) {
  if (path.size() > kLongestPath) refuse_entry(path, "its path is too long");
  if (has_control_characters(path)) refuse_entry(path, "its name holds control characters");
  const auto ended = path + "/";
  for (std::string_view left = ended; !left.empty();) {
    const auto name = take_until(left, '/');
    if (name.empty() || name == "." || name == ".." || lower_case(name) == ".git")
      refuse_entry(path, "'" + std::string(name) + "' can't be the name of a file");
  }
}

[[noreturn]] void throw_unexpected(const std::string& why) {
  throw DamagedObjects("cannot read the files of a Git mirror").because(why);
}

}  // namespace

std::vector<TreeEntry> parse_tree(std::string_view raw, std::size_t id_size) {
  std::vector<TreeEntry> entries;
  while (!raw.empty()) {
    const auto space = raw.find(' ');
    const auto end = raw.find('\0');
    const auto kind = kind_of(raw.substr(0, space));
    if (!kind || end == std::string_view::npos || end <= space + 1 ||
        raw.size() < end + 1 + id_size)
      throw DamagedObjects("cannot read a directory of a Git mirror")
          .because("an entry is of an unknown kind or form");
    entries.push_back({*kind, hex_of(raw.substr(end + 1, id_size)), 0,
                       std::string(raw.substr(space + 1, end - space - 1))});
    raw.remove_prefix(end + 1 + id_size);
  }
  return entries;
}

void check_tree(const std::vector<TreeEntry>& entries) {
  if (entries.size() > kMostEntries) throw Error("the repository's directory has too many files");
  std::set<std::string_view> names;
  std::set<std::string_view> directories = {""};
  std::uint64_t bytes = 0;
  for (const auto& entry : entries) {
    check_names(entry.path);
    const auto slash = entry.path.rfind('/');
    const auto parent =
        std::string_view(entry.path).substr(0, slash == std::string::npos ? 0 : slash);
    if (!directories.contains(parent))
      refuse_entry(entry.path, "it lies below what is no directory");
    if (!names.insert(entry.path).second) refuse_entry(entry.path, "it is there twice");
    if (entry.kind == TreeEntry::Kind::directory) directories.insert(entry.path);
    if (entry.kind == TreeEntry::Kind::link && entry.size > kLongestLink)
      refuse_entry(entry.path, "it is a link that is too long");
    if (entry.size > kMostBytes || (bytes += entry.size) > kMostBytes)
      throw Error("the repository's directory is larger than 1 GiB");
  }
}

ObjectsToTar::ObjectsToTar(const std::vector<TreeEntry>& entries, TarWriter& tar)
    : entries_(entries), tar_(tar) {
  write_what_needs_no_content();
}

std::string ObjectsToTar::requests() const {
  std::string lines;
  for (const auto& entry : entries_)
    if (has_content(entry)) lines += entry.object + "\n";
  return lines;
}

void ObjectsToTar::write_what_needs_no_content() {
  for (; current_ < entries_.size() && !has_content(entries_[current_]); ++current_)
    tar_.directory(entries_[current_].path);
}

void ObjectsToTar::take(std::string_view output) {
  while (!output.empty()) {
    if (current_ == entries_.size()) throw_unexpected("git gave more than was asked for");
    switch (expects_) {
      case Expects::header:
        take_header(output);
        break;
      case Expects::content:
        take_content(output);
        break;
      case Expects::newline:
        output.remove_prefix(1);
        end_content();
        break;
    }
  }
}

void ObjectsToTar::take_header(std::string_view& output) {
  const auto newline = output.find('\n');
  kept_ += output.substr(0, newline);
  if (kept_.size() > kLongestHeader) throw_unexpected("git's answer has another form");
  if (newline == std::string_view::npos) {
    output = {};
    return;
  }
  output.remove_prefix(newline + 1);
  const auto& entry = entries_[current_];
  if (kept_ != entry.object + " blob " + std::to_string(entry.size))
    throw_unexpected("object " + entry.object + " is missing or of another size");
  kept_.clear();
  left_ = entry.size;
  if (entry.is_file()) tar_.file(entry.path, entry.size, entry.kind == TreeEntry::Kind::executable);
  expects_ = left_ > 0 ? Expects::content : Expects::newline;
}

void ObjectsToTar::take_content(std::string_view& output) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, output.size()));
  if (entries_[current_].is_file())
    tar_.write(output.substr(0, size));
  else
    kept_ += output.substr(0, size);
  output.remove_prefix(size);
  left_ -= size;
  if (left_ == 0) expects_ = Expects::newline;
}

void ObjectsToTar::end_content() {
  const auto& entry = entries_[current_];
  if (entry.kind == TreeEntry::Kind::link) {
    if (kept_.empty() || kept_.find('\0') != std::string::npos)
      throw_unexpected("the link '" + entry.path + "' points to nothing");
    tar_.link(entry.path, kept_);
  }
  kept_.clear();
  expects_ = Expects::header;
  ++current_;
  write_what_needs_no_content();
}

void ObjectsToTar::finish() {
  if (current_ != entries_.size()) throw_unexpected("git gave less than was asked for");
}

}  // namespace pkgkiln::git
